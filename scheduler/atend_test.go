package scheduler_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestAtEnd: it is called when the outermost run has ended, once, and before
// whoever waits goes on.
func TestAtEnd(t *testing.T) {
	for _, s := range []scheduler.Scheduler{scheduler.Default(), scheduler.Inline(), scheduler.NewSeeded(1)} {
		ctx := scheduler.With(t.Context(), s)
		var ends int
		var run *scheduler.Run
		noting := func(src flow.Publisher[int]) flow.Publisher[int] {
			return flow.PublisherFunc[int](func(ctx context.Context, s flow.Subscriber[int]) {
				run = scheduler.RunOf(ctx)
				run.AtEnd(func() { ends++ })
				src.Subscribe(ctx, s)
			})
		}
		require.NoError(t, sinks.Discard(ctx, noting(sources.Of(1))))
		require.Equal(t, 1, ends)
		run.AtEnd(func() { ends++ })
		require.Equal(t, 2, ends, "it was over")

		nested := operators.Map(sources.Of(1, 2), func(int) int {
			before := ends
			require.NoError(t, sinks.Discard(ctx, noting(sources.Of(1))))
			require.Equal(t, before+1, ends, "a run of its own")
			return 0
		})
		require.NoError(t, sinks.Discard(ctx, nested))

		ends = 0
		g, ctx := scheduler.NewGraph(ctx, "g")
		g.Go(func() error {
			err := sinks.Discard(ctx, noting(sources.Of(1)))
			require.Zero(t, ends, "the graph goes on")
			return err
		})
		require.NoError(t, g.Wait())
		require.Equal(t, 1, ends)
	}
	synctest.Test(t, func(t *testing.T) { // nobody waits
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		ended := false
		scheduler.RunOf(scheduler.Enter(ctx)).AtEnd(func() { ended = true })
		synctest.Wait()
		require.False(t, ended)
		cancel()
		synctest.Wait()
		require.True(t, ended)
	})
}
