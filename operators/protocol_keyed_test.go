package operators_test

import (
	"context"
	"testing"
	"time"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// TestProtocolOfKeyedCalls holds MapAsyncKeyed against the rules of the
// protocol.
func TestProtocolOfKeyedCalls(t *testing.T) {
	try := func(_ context.Context, v int) (int, error) { return v, nil }
	tests := map[string]operatorConfig{
		"many keys": {
			New:      func(up publisher) publisher { return operators.MapAsyncKeyed(up, 4, 8, same, try) },
			Prefetch: 8, Unordered: true,
		},
		"one key": {
			New: func(up publisher) publisher {
				return operators.MapAsyncKeyed(up, 4, 8, func(int) int { return 0 }, try)
			},
			Prefetch: 8,
		},
		"one call": {
			New:      func(up publisher) publisher { return operators.MapAsyncKeyed(up, 1, 1, same, try) },
			Prefetch: 1,
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
