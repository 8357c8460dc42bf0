package operators_test

import (
	"context"
	"testing"
	"time"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// TestProtocolOfCalls holds the operators that call functions concurrently
// against the rules of the protocol.
func TestProtocolOfCalls(t *testing.T) {
	same := func(_ context.Context, v int) (int, error) { return v, nil }
	tests := map[string]flowtest.OperatorConfig[int, int]{
		"MapAsync":   {New: func(up publisher) publisher { return operators.MapAsync(up, 8, same) }, Prefetch: 8},
		"MapAsync 1": {New: func(up publisher) publisher { return operators.MapAsync(up, 1, same) }, Prefetch: 1},
		"MapAsync unordered": {
			New:      func(up publisher) publisher { return operators.MapAsync(up, 8, same, operators.Unordered()) },
			Prefetch: 8, Unordered: true,
		},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg.Timeout = time.Minute // element by element, each is several hand-overs: slow on a busy machine
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
