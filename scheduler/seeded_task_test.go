package scheduler_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestSeededFunctionWaitsForAnOutsideGoroutine: a sink in a function of a graph
// waits for the last goroutine of its stream, which ends while the scheduler
// has nothing to do and the graph waits.
func TestSeededFunctionWaitsForAnOutsideGoroutine(t *testing.T) {
	for seed := range uint64(5) {
		flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
			g, ctx := scheduler.NewGraph(ctx, "g")
			slow := sources.Func(func(_ context.Context, emit func(int) bool) error {
				emit(1)
				time.Sleep(time.Second) // it does not look at its context
				return nil
			})
			g.Go(func() error {
				_, err := sinks.First(ctx, slow)
				return err
			})
			require.NoError(t, g.Wait())
		})
	}
}
