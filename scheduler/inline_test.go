package scheduler_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestInlineCallsRunNoIsland: a function of the island that ends its goroutine
// does not take a call of MapAsyncKeyed with it, which has made the island ready.
func TestInlineCallsRunNoIsland(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := scheduler.With(t.Context(), scheduler.Inline())
		key := func(v int64) int64 {
			if v == 2 {
				runtime.Goexit()
			}
			return 0 // 1 waits for 0
		}
		p := flowtest.NewProbe[int64](t)
		src := operators.MapAsyncKeyed(sources.Range(0, 100), 1, 2, key,
			func(_ context.Context, v int64) (int64, error) {
				time.Sleep(time.Millisecond)
				return v, nil
			})
		src.Subscribe(ctx, p.Subscriber())
		p.Request(flow.Unbounded)
		require.Zero(t, p.Count(), "the calls wait")
		<-p.Done()
		require.ErrorContains(t, p.Err(), "Goexit")
		p.ExpectNext(0, 1)
	})
}

// TestInlineLeavesNothing: what has become ready while a sink's goroutine ran
// the queue is run when that sink returns.
func TestInlineLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx := scheduler.With(t.Context(), scheduler.Inline())
		p := flowtest.NewProbe[int64](t)
		sources.Range(0, 3).Subscribe(ctx, p.Subscriber())
		require.NoError(t, sinks.ForEach(ctx, sources.Range(0, 1), func(context.Context, int64) error {
			asked := make(chan struct{})
			go func() {
				defer close(asked)
				p.Request(flow.Unbounded)
			}()
			<-asked
			require.Zero(t, p.Count(), "this goroutine is going to look at the queue")
			return nil
		}))
		<-p.Done()
		p.ExpectNext(0, 1, 2)
		p.ExpectComplete()
	})
}
