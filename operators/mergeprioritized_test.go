package operators_test

import (
	"context"
	"math"
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

// constant emits v n times.
func constant(v, n int) publisher {
	return operators.Map(sources.Range(0, int64(n)), func(int64) int { return v })
}

// TestMergePrioritizedEmits everything, with those of one source in order.
func TestMergePrioritizedEmits(t *testing.T) {
	for on, s := range schedulers {
		ctx := scheduler.With(t.Context(), s())
		for _, capacity := range []int{1, 3, 1000} {
			got, err := sinks.Slice(ctx, operators.MergePrioritized[int](capacity, nil))
			require.NoError(t, err)
			require.Empty(t, got)
			got, err = sinks.Slice(ctx, operators.MergePrioritized(capacity, []int{5}, sources.Of(7)))
			require.NoError(t, err)
			require.Equal(t, []int{7}, got)
			for _, prefetch := range []int{1, 7, 5000} {
				seen, last := 0, [3]int{}
				src := operators.MergePrioritized(capacity, []int{1, 2, 9}, innerOf(0, 500), operators.Async(innerOf(million, 300), 5), innerOf(2*million, 700))
				for v, err := range sinks.Seq(ctx, src, sinks.WithPrefetch(prefetch)) {
					require.NoError(t, err)
					require.Equal(t, last[v/million], v%million, on)
					last[v/million]++
					seen++
				}
				require.Equal(t, [3]int{500, 300, 700}, last, on)
			}
		}
	}
}

// prioritized runs three sources that always have elements.
func prioritized(t *testing.T, n int, weights ...int) (counts [3]int, got []int) {
	src := operators.MergePrioritized(16, weights, constant(0, 10*n), constant(1, 10*n), constant(2, 10*n))
	got, err := sinks.Slice(t.Context(), operators.Take(src, int64(n)))
	require.NoError(t, err)
	for _, v := range got {
		counts[v]++
	}
	return counts, got
}

// TestMergePrioritizedKeepsProportions, over many elements and over few.
func TestMergePrioritizedKeepsProportions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := [2]*flowtest.Manual[int]{flowtest.NewManual[int](t), flowtest.NewManual[int](t)}
		p := flowtest.Subscribe(t, operators.MergePrioritized(8, []int{3, 1}, up[0], up[1]))
		synctest.Wait()
		up[0].NextBatch(1, 2, 3, 4, 5, 6)
		up[1].NextBatch(10, 20, 30)
		synctest.Wait()
		p.Request(1)
		p.ExpectNext(1)
		p.Request(1)
		p.ExpectNext(2)
		p.Request(6)
		p.ExpectNext(10, 3, 4, 5, 20, 6)
		synctest.Wait()
		p.Request(9)
		p.ExpectNext(30)
		up[0].Complete()
		up[1].Complete()
		p.ExpectComplete()
	})
	for _, weights := range [][3]int{{1, 1, 1}, {6, 3, 1}, {1, 1, 8}, {50, 30, 20}} {
		counts, _ := prioritized(t, 1000, weights[:]...)
		total := weights[0] + weights[1] + weights[2]
		for i, n := range counts {
			require.InDelta(t, float64(1000*weights[i])/float64(total), n, 20, "%v: %v", weights, counts)
		}
	}
}

// TestMergePrioritizedPrefers a source whose weight is very large, and starves
// none.
func TestMergePrioritizedPrefers(t *testing.T) {
	counts, got := prioritized(t, 1000, 1, math.MaxInt, 1)
	require.GreaterOrEqual(t, counts[1], 980, "%v", counts)
	require.Contains(t, got, 1)
	counts, _ = prioritized(t, 1000, 1, 100, 1)
	require.GreaterOrEqual(t, counts[0], 5)
	require.GreaterOrEqual(t, counts[2], 5)
	synctest.Test(t, func(t *testing.T) {
		up := [2]*flowtest.Manual[int]{flowtest.NewManual[int](t), flowtest.NewManual[int](t)}
		p := flowtest.Subscribe(t, operators.MergePrioritized(8, []int{1, math.MaxInt}, up[0], up[1]))
		synctest.Wait()
		up[0].NextBatch(1, 2, 3, 4)
		synctest.Wait()
		p.Request(2)
		p.ExpectNext(1, 2)
		up[1].NextBatch(10, 20)
		synctest.Wait()
		p.Request(4)
		p.ExpectNext(10, 20, 3, 4)
		p.Cancel()
		up[0].WaitCancelled()
		up[1].WaitCancelled()
	})
}

// TestMergePrioritizedDemand: capacity elements are asked for at once, and again
// what has been handed on.
func TestMergePrioritizedDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.MergePrioritized(4, []int{1, 1}, up, sources.Never[int]()))
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		up.Next(1, 2, 3, 4)
		p.Request(2)
		p.ExpectNext(1, 2)
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		p.Request(1)
		p.ExpectNext(3)
		synctest.Wait()
		require.EqualValues(t, 7, up.Requested())
		p.Cancel()
		up.WaitCancelled()
	})
	flowtest.Expect(t, operators.MergePrioritized(4, []int{1, 1}, sources.Of(1), sources.Of(2))).
		NoSignal().Request(1).Next(1).NoSignal().Request(1).Next(2).Complete()
}

// TestMergePrioritizedCompletesWithoutDemand behind the last element.
func TestMergePrioritizedCompletesWithoutDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := [2]*flowtest.Manual[int]{flowtest.NewManual[int](t), flowtest.NewManual[int](t)}
		p := flowtest.Subscribe(t, operators.MergePrioritized(8, []int{2, 1}, up[0], up[1]))
		synctest.Wait()
		up[0].Next(1)
		up[1].Next(2)
		synctest.Wait()
		p.Request(2)
		p.ExpectNext(1, 2)
		synctest.Wait()
		up[0].Complete()
		up[1].Complete()
		p.ExpectComplete()
	})
}

// TestMergePrioritizedFails: the error comes after the elements before it, and
// the other sources are left.
func TestMergePrioritizedFails(t *testing.T) {
	for on, s := range schedulers {
		var w watched
		got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.MergePrioritized(8, []int{1, 1}, failing(5, errStop), w.publisher()))
		require.Equal(t, errStop, err, on)
		require.Subset(t, got, numbersTo(5))
		w.require(t)
	}
	synctest.Test(t, func(t *testing.T) {
		up := [2]*flowtest.Manual[int]{flowtest.NewManual[int](t), flowtest.NewManual[int](t)}
		p := flowtest.Subscribe(t, operators.MergePrioritized(8, []int{1, 1}, up[0], up[1]))
		synctest.Wait()
		up[0].Next(1)
		up[1].Next(2)
		synctest.Wait()
		up[1].Error(errStop)
		up[0].WaitCancelled()
		p.Request(1)
		p.ExpectNext(1)
		p.Request(1)
		p.ExpectNext(2)
		p.ExpectError(errStop)
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	_, err := sinks.Slice(ctx, operators.MergePrioritized(1, []int{1}, sources.Of(1)))
	require.ErrorIs(t, err, errStop)
}

func TestMergePrioritizedWrongArguments(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.MergePrioritized: capacity 0, must be at least 1": func() { operators.MergePrioritized(0, []int{1}, src) },
		"operators.MergePrioritized: 1 weights for 2 sources":        func() { operators.MergePrioritized(1, []int{1}, src, src) },
		"operators.MergePrioritized: nil source 1":                   func() { operators.MergePrioritized(1, []int{1, 1}, src, nil) },
		"operators.MergePrioritized: weight 0 of source 1, must be at least 1": func() {
			operators.MergePrioritized(1, []int{1, 0}, src, src)
		},
	} {
		require.PanicsWithValue(t, text, f)
	}
	require.EqualValues(t, 12, flow.Describe(operators.MergePrioritized(6, []int{1, 2}, src, src)).MaxElements)
}
