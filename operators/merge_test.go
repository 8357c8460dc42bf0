package operators_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// endless emits base, base+1, and so on.
func endless(base int) publisher {
	return sources.Seq(func(yield func(int) bool) {
		for i := base; yield(i); i++ {
		}
	})
}

const million = 1_000_000

// bySource splits elements of endless(k*million) by k.
func bySource(all []int) map[int][]int {
	out := map[int][]int{}
	for _, v := range all {
		out[v/million] = append(out[v/million], v)
	}
	return out
}

// TestMergeIsFair: no source starves, whatever the demand, and each keeps its
// order.
func TestMergeIsFair(t *testing.T) {
	const n = 3000
	for on, s := range schedulers {
		for _, capacity := range []int{1, 2, 16, 300} {
			for _, prefetch := range []int{1, 5, n} {
				src := operators.Merge(capacity, endless(0), endless(million), operators.Async(endless(2*million), 8))
				var got []int
				for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), src, sinks.WithPrefetch(prefetch)) {
					require.NoError(t, err)
					if got = append(got, v); len(got) == n {
						break
					}
				}
				parts := bySource(got)
				for k := range 2 { // the third has to come from another island
					require.Greater(t, len(parts[k]), n/10, "source %d on %s, capacity %d, prefetch %d", k, on, capacity, prefetch)
				}
				for k, part := range parts {
					for i, v := range part {
						require.Equal(t, k*million+i, v, "order of source %d", k)
					}
				}
			}
		}
	}
}

func TestMergeLosesNothing(t *testing.T) {
	for on, s := range schedulers {
		var srcs []publisher
		var want []int
		for k := range 50 {
			part := numbersTo(k * 10)
			srcs = append(srcs, sources.Slice(part))
			want = append(want, part...)
		}
		got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Merge(3, srcs...))
		require.NoError(t, err)
		slices.Sort(want)
		slices.Sort(got)
		require.Equal(t, want, got, on)
	}
}

func TestMergeOfNothing(t *testing.T) {
	flowtest.Expect(t, operators.Merge[int](1)).Complete() // without demand
	got, err := sinks.Slice(t.Context(), operators.Merge(4, sources.Empty[int](), sources.Empty[int]()))
	require.NoError(t, err)
	require.Empty(t, got)
}

// TestMergeDoesNotWait for a source that has nothing.
func TestMergeDoesNotWait(t *testing.T) {
	flowtest.Expect(t, operators.Merge(2, sources.Never[int](), sources.Of(1, 2, 3))).
		Request(2).Next(1, 2).Request(2).Next(3).NoSignal().Cancel()
}

// TestMergeAsItComes, in time.
func TestMergeAsItComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		every := func(first, step time.Duration, values ...int) publisher {
			return sources.Func(func(_ context.Context, emit func(int) bool) error {
				time.Sleep(first)
				for _, v := range values {
					emit(v)
					time.Sleep(step)
				}
				return nil
			})
		}
		got, err := sinks.Slice(t.Context(), operators.Merge(8, every(10, 30, 1, 4, 7), every(20, 30, 2, 5, 8), every(30, 30, 3, 6, 9)))
		require.NoError(t, err)
		require.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9}, got)
	})
}

// TestMergeError cancels the other sources and comes after what is held.
func TestMergeError(t *testing.T) {
	for _, k := range []int{0, 1, 5, 8} {
		failing := operators.Map(sources.Slice(numbersTo(100)), func(v int) int {
			if v == k {
				panic(errStop)
			}
			return v
		})
		merged := func(w *watched) publisher {
			other := operators.Filter(w.publisher(), func(int) bool { return false })
			return operators.Merge(8, failing, operators.Merge(1, other, sources.Never[int]()))
		}
		p := flowtest.Subscribe(t, merged(new(watched)))
		p.Request(1)
		if k > 0 {
			p.ExpectNext(0)
			p.Request(1000) // what is held
			p.ExpectNext(numbersTo(k)[1:]...)
		}
		p.ExpectError(errStop)

		var w watched
		got, err := sinks.Slice(t.Context(), merged(&w))
		require.ErrorIs(t, err, errStop)
		require.Equal(t, numbersTo(k), append([]int{}, got...))
		w.require(t)
	}
}

// TestMergeCancelsItsSources when its subscriber leaves.
func TestMergeCancelsItsSources(t *testing.T) {
	var w watched
	got, err := sinks.Slice(t.Context(), operators.Take(operators.Merge(4, w.publisher(), w.publisher(), sources.Never[int]()), 9))
	require.NoError(t, err)
	require.Len(t, got, 9)
	require.EqualValues(t, 2, w.subscribed.Load())
	w.require(t)
}

// TestMergeHoldsNoMoreThanItsCapacity of each source.
func TestMergeHoldsNoMoreThanItsCapacity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var produced [2]int
		counted := func(k int) publisher {
			return operators.Map(endless(0), func(v int) int { produced[k]++; return v })
		}
		p := flowtest.Subscribe(t, operators.Merge(10, counted(0), counted(1)))
		synctest.Wait()
		require.Equal(t, [2]int{10, 10}, produced)
		p.Request(4)
		synctest.Wait()
		require.Equal(t, 4, p.Count())
		require.LessOrEqual(t, produced[0]+produced[1], 24)
		p.Cancel()
		synctest.Wait()
	})
}
