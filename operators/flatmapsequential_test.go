package operators_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestFlatMapSequentialKeepsOrder(t *testing.T) {
	var want []int
	for v := range 30 {
		for range v {
			want = append(want, v)
		}
	}
	for on, s := range schedulers {
		for how, f := range map[string]func(int) publisher{
			"native":  repeated,
			"async":   func(v int) publisher { return operators.Async(repeated(v), 3) },
			"foreign": func(v int) publisher { return foreign{repeated(v)} },
		} {
			for _, n := range []int{1, 2, 7, 100} {
				ctx := scheduler.With(t.Context(), s())
				got, err := sinks.Slice(ctx, operators.FlatMapSequential(sources.Slice(numbersTo(30)), n, f, operators.WithPrefetch(1+n)))
				require.NoError(t, err)
				require.Equal(t, want, got, "%s on %s, %d at once", how, on, n)
			}
		}
	}
}

// TestFlatMapSequentialRunsAhead: as many inner streams as may are at work, and
// hold no more than they may; an error waits for its turn.
func TestFlatMapSequentialRunsAhead(t *testing.T) {
	start := func(t *testing.T) (*flowtest.Manual[int], []*flowtest.Manual[int], *flowtest.Probe[int]) {
		return switched(t, func(up publisher, f func(int) publisher, _ ...operators.Option) publisher {
			return operators.FlatMapSequential(up, 2, f, operators.WithPrefetch(4))
		}, 3)
	}
	synctest.Test(t, func(t *testing.T) {
		up, inner, p := start(t)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		up.Next(0, 1)
		synctest.Wait()
		require.EqualValues(t, 4, inner[0].Requested())
		require.EqualValues(t, 4, inner[1].Requested())
		inner[1].Next(20, 21, 22, 23)
		p.Request(10)
		synctest.Wait()
		require.Zero(t, p.Count())
		require.EqualValues(t, 4, inner[1].Requested())
		inner[0].Next(10, 11, 12)
		synctest.Wait()
		require.EqualValues(t, 7, inner[0].Requested())
		inner[0].Complete()
		synctest.Wait()
		p.ExpectNext(10, 11, 12, 20, 21, 22, 23)
		require.EqualValues(t, 3, up.Requested())
		up.Complete()
		inner[1].Complete()
		p.ExpectComplete()
	})
	synctest.Test(t, func(t *testing.T) {
		up, inner, p := start(t)
		p.Request(10)
		up.Next(0, 1)
		inner[1].Next(20)
		inner[1].Error(errStop)
		synctest.Wait()
		require.NoError(t, p.Err())
		require.Equal(t, 1, up.Cancelled())
		inner[0].Next(10)
		inner[0].Complete()
		p.ExpectNext(10, 20)
		p.ExpectError(errStop)
	})
	synctest.Test(t, func(t *testing.T) {
		up, inner, p := start(t)
		p.Request(10)
		up.Next(0, 1)
		inner[0].Error(errStop)
		p.ExpectError(errStop)
		require.Equal(t, 1, up.Cancelled())
		require.Equal(t, 1, inner[1].Cancelled())
	})
	synctest.Test(t, func(t *testing.T) {
		up, inner, p := start(t)
		up.Next(0, 1)
		inner[1].Next(1)
		synctest.Wait()
		p.Cancel()
		synctest.Wait()
		require.Equal(t, []int{1, 1, 1}, []int{up.Cancelled(), inner[0].Cancelled(), inner[1].Cancelled()})
	})
	_, err := sinks.Slice(t.Context(), operators.FlatMapSequential(sources.Of(7), 1, nil1, operators.WithName("it")))
	require.ErrorContains(t, err, "it: nil Publisher")
}

func TestFlatMapSequentialArguments(t *testing.T) {
	for text, f := range map[string]func(){
		"operators.FlatMapSequential: nil source":                        func() { operators.FlatMapSequential[int, int](nil, 1, nil1) },
		"operators.FlatMapSequential: nil function":                      func() { operators.FlatMapSequential[int, int](sources.Of(1), 1, nil) },
		"operators.FlatMapSequential: concurrency 0, must be at least 1": func() { operators.FlatMapSequential(sources.Of(1), 0, nil1) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
