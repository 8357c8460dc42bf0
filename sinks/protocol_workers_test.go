package sinks_test

import (
	"context"
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sinks"
)

// TestProtocolOfWorkers holds ForEach with workers against the rules of the
// protocol.
func TestProtocolOfWorkers(t *testing.T) {
	for name, n := range map[string]int{"one": 1, "several": 8} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := flowtest.SinkConfig[int]{Run: func(ctx context.Context, p flow.Publisher[int]) error {
				return sinks.ForEach(ctx, p, func(context.Context, int) error { return nil }, sinks.WithWorkers(n))
			}}
			cfg.Timeout = time.Minute // element by element, each is several hand-overs: slow on a busy machine
			flowtest.VerifySink(t, cfg)
		})
	}
}
