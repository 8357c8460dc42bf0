package operators_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// derived subscribes to src with a context of its own.
type derived[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	from func(context.Context) context.Context
}

func derive[T any](src flow.Publisher[T], from func(context.Context) context.Context) flow.Publisher[T] {
	return &derived[T]{stage.NewBlueprint("derived", src, nil), src, from}
}

func (d *derived[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	d.src.Subscribe(d.from(scheduler.Enter(ctx)), down)
}

// TestFlatMapKeepsElementsWhenTheOuterContextEnds: the outer stream runs in a
// context of its own. Its end is an error like any other, and comes after the
// elements before it.
func TestFlatMapKeepsElementsWhenTheOuterContextEnds(t *testing.T) {
	for _, s := range []scheduler.Scheduler{scheduler.Default(), scheduler.NewPool(2), scheduler.NewSeeded(1)} {
		synctest.Test(t, func(t *testing.T) {
			errOuter := errors.New("the outer context has ended")
			var stop context.CancelCauseFunc
			outer := derive(operators.Concat(sources.Of(1), sources.Never[int]()), func(ctx context.Context) context.Context {
				ctx, stop = context.WithCancelCause(ctx)
				return ctx
			})
			calls, got := 0, 0
			inner := operators.Map(sources.Range(0, 1000), func(v int64) int64 {
				if calls++; calls == 100 {
					stop(errOuter)
					synctest.Wait() // all heads have been told
				}
				return v
			})
			err := sinks.ForEach(scheduler.With(t.Context(), s),
				operators.FlatMap(outer, 4, func(int) flow.Publisher[int64] { return inner }),
				func(context.Context, int64) error { got++; return nil })
			require.ErrorIs(t, err, errOuter)
			require.Equal(t, calls, got)
		})
	}
}

// TestCauseThatTheContextDoesNotTell: a context that was derived from the run's
// may be told of the end later than the stages are, or never.
func TestCauseThatTheContextDoesNotTell(t *testing.T) {
	errStop := errors.New("enough")
	for _, above := range []flow.Publisher[operators.Group[int, int]]{
		operators.GroupBy(sources.Never[int](), 4, 4, func(v int) int { return v }),
		operators.Map(sources.Never[int](), func(int) operators.Group[int, int] { return operators.Group[int, int]{} }),
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, stop := context.WithCancelCause(t.Context())
			stream := operators.Map(derive(above, context.WithoutCancel), func(g operators.Group[int, int]) int { return g.Key })
			go func() {
				synctest.Wait()
				stop(errStop)
			}()
			require.ErrorIs(t, sinks.Discard(ctx, stream), errStop)
		})
	}
}
