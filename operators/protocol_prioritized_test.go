package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

var protocolOfPrioritized = map[string]operatorConfig{
	"MergePrioritized": {
		New:      func(up publisher) publisher { return operators.MergePrioritized(8, []int{2}, up) },
		Prefetch: 8,
	},
	"MergePrioritized last": {
		New: func(up publisher) publisher {
			return operators.MergePrioritized(3, []int{2, 1}, sources.Empty[int](), up)
		},
		Prefetch: 3,
	},
}

// TestProtocolOfPrioritized holds MergePrioritized against the rules of the
// protocol.
func TestProtocolOfPrioritized(t *testing.T) {
	for name, cfg := range protocolOfPrioritized {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
