package operators_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestLimitFails with the element that is too many, behind those before it.
func TestLimitFails(t *testing.T) {
	for on, s := range schedulers {
		for _, n := range []int{0, 1, 2, 255, 256, 257, 600} {
			ctx := scheduler.With(t.Context(), s())
			got, err := sinks.Slice(ctx, operators.Limit(sources.Slice(numbersTo(lawSize)), int64(n), operators.WithName("it")))
			require.ErrorIs(t, err, flow.ErrLimitExceeded, "%d on %s", n, on)
			var at *flow.StageError
			require.ErrorAs(t, err, &at)
			require.Equal(t, "it", at.Stage)
			require.Len(t, got, n)
		}
	}
}

// TestSingleFails with none, and with a second element.
func TestSingleFails(t *testing.T) {
	for on, s := range schedulers {
		for n, want := range map[int]error{0: flow.ErrEmpty, 2: flow.ErrMany, 700: flow.ErrMany} {
			ctx := scheduler.With(t.Context(), s())
			got, err := sinks.Slice(ctx, operators.Single(sources.Slice(numbersTo(n)), operators.WithName("it")))
			require.ErrorIs(t, err, want, "%d on %s", n, on)
			var at *flow.StageError
			require.ErrorAs(t, err, &at)
			require.Equal(t, "it", at.Stage)
			require.Empty(t, got)
		}
	}
}

// TestSingleAsksForTwo, whatever is demanded.
func TestSingleAsksForTwo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Single(up))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(1)
		p.Request(5)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		up.Next(7)
		synctest.Wait()
		require.Zero(t, p.Count())
		up.Complete()
		synctest.Wait()
		p.ExpectNext(7)
		p.ExpectComplete()
	})
}

// TestSkipLastAsksForWhatItHoldsOnce, with the first request.
func TestSkipLastAsksForWhatItHoldsOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.SkipLast(up, 3))
		synctest.Wait()
		require.Zero(t, up.Requested())
		for i, want := range []int64{5, 6, 9} {
			p.Request([]int64{2, 1, 3}[i])
			synctest.Wait()
			require.Equal(t, want, up.Requested())
		}
		up.Next(numbersTo(9)...)
		synctest.Wait()
		require.Equal(t, numbersTo(6), p.Values())
		up.Complete()
		synctest.Wait()
		require.True(t, p.Completed())
	})
}
