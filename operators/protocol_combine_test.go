package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// TestProtocolOfSwitches holds the operators that leave a stream for another
// one against the rules of the protocol.
func TestProtocolOfSwitches(t *testing.T) {
	tests := map[string]operatorConfig{
		"SwitchMap": {
			New: func(up publisher) publisher {
				return operators.SwitchMap(up, func(v int) publisher { return sources.Of(v) })
			},
			Lossy: true, Prefetch: -1,
		},
		"SwitchMap inner": {
			New: func(up publisher) publisher {
				return operators.SwitchMap(sources.Of(0), func(int) publisher { return up })
			},
		},
		"ExhaustMap": {
			New: func(up publisher) publisher {
				return operators.ExhaustMap(up, func(v int) publisher { return sources.Of(v) })
			},
			Lossy: true, Prefetch: -1,
		},
		"ExhaustMap inner": {
			New: func(up publisher) publisher {
				return operators.ExhaustMap(sources.Of(0), func(int) publisher { return up })
			},
		},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
