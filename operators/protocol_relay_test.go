package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// TestProtocolOfRelays holds the operators that have one publisher at a time
// against the rules of the protocol.
func TestProtocolOfRelays(t *testing.T) {
	two := func(v int) publisher { return sources.Of(v, v) }
	tests := map[string]flowtest.OperatorConfig[int, int]{
		"Concat": {New: func(up publisher) publisher { return operators.Concat(up) }},
		"Concat second": {New: func(up publisher) publisher {
			return operators.Concat(sources.Empty[int](), up, sources.Empty[int]())
		}},
		"ConcatMap": {New: func(up publisher) publisher {
			return operators.ConcatMap(up, func(v int) publisher { return sources.Of(v) })
		}},
		"ConcatMap two": {
			New: func(up publisher) publisher { return operators.ConcatMap(up, two) }, Out: doubles,
		},
		"ConcatMap foreign": {New: func(up publisher) publisher {
			return operators.ConcatMap(up, func(v int) publisher { return flowtest.Just(v) })
		}},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
