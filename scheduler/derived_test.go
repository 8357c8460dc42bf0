package scheduler_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sources"
)

// TestContextDerivedFromAGraphs: a stream that is subscribed with it ends with
// it, also above an asynchronous boundary, and others go on.
func TestContextDerivedFromAGraphs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stop := errors.New("stop")
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		inner, cancel := context.WithCancelCause(ctx)
		a, b, c := flowtest.NewProbe[int](t), flowtest.NewProbe[int](t), flowtest.NewProbe[int](t)
		sources.Of(1).Subscribe(inner, a)
		operators.Async(sources.Of(1), 1).Subscribe(inner, b)
		sources.Of(1).Subscribe(ctx, c)
		synctest.Wait()
		require.NoError(t, a.Err())
		cancel(stop)
		synctest.Wait()
		require.ErrorIs(t, a.Err(), stop)
		require.ErrorIs(t, b.Err(), stop)
		c.Request(1)
		synctest.Wait()
		require.True(t, c.Completed())
		late := flowtest.NewProbe[int](t)
		sources.Of(1).Subscribe(inner, late)
		synctest.Wait()
		require.ErrorIs(t, late.Err(), stop)
		require.NoError(t, g.Wait())
	})
}
