package operators_test

import (
	"cmp"
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// TestProtocolOfOrderedMerges holds the operators that take turns among streams
// and those that take streams apart against the rules of the protocol.
func TestProtocolOfOrderedMerges(t *testing.T) {
	tests := map[string]operatorConfig{
		"MergeSorted": {
			New: func(up publisher) publisher {
				return operators.MergeSorted(8, cmp.Compare[int], sources.Empty[int](), up)
			},
			Prefetch: 8,
		},
		"Interleave": {
			New:      func(up publisher) publisher { return operators.Interleave(3, up, sources.Empty[int]()) },
			Prefetch: 3,
		},
		"Flatten": {
			New:      func(up publisher) publisher { return operators.Flatten(sources.Of(up), 2, operators.WithPrefetch(5)) },
			Prefetch: 5,
		},
		"Switch": {
			New: func(up publisher) publisher { return operators.Switch(sources.Of(up)) },
		},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
