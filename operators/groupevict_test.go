package operators_test

import (
	"context"
	"fmt"
	"math/rand/v2"
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

// asSlices reads a group to its end, as one element.
func asSlices(g group) flow.Publisher[[]int] { return operators.Batch(g, 1<<20) }

// TestEvictionEndsTheGroupUsedLongestAgo, and opens another one for its key.
func TestEvictionEndsTheGroupUsedLongestAgo(t *testing.T) {
	for on, s := range schedulers {
		src := sources.Of(0, 10, 1, 11, 2, 12, 20, 3, 13, 1) // groups of tens: 0s and 10s, then 20s, then again
		groups := operators.GroupBy(src, 2, 4, func(v int) int { return v / 10 }, operators.WithEviction())
		got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.FlatMap(groups, 2, asSlices))
		require.NoError(t, err, on)
		require.Equal(t, [][]int{{0, 1, 2}, {10, 11, 12}, {20}, {3, 1}, {13}}, append(got[:2:2], sortedByKeyThenOrder(got[2:])...), on)
	}
}

// sortedByKeyThenOrder puts {20} before {3 1} before {13}: which of the last
// ones ends first is decided by eviction and then by the end.
func sortedByKeyThenOrder(all [][]int) (out [][]int) {
	for _, first := range []int{20, 3, 13} {
		for _, one := range all {
			if one[0] == first {
				out = append(out, one)
			}
		}
	}
	return out
}

// TestEvictionKeepsTheBound: the element that needs a place waits until what
// the group before it held has been read.
func TestEvictionKeepsTheBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.GroupBy(up, 1, 4, mod(10), operators.WithEviction()), flowtest.WithDemand(9))
		up.Next(0, 10)
		synctest.Wait()
		zero := flowtest.Subscribe(t, p.Values()[0])
		up.Next(1)
		synctest.Wait()
		require.Equal(t, 1, p.Count())
		zero.Request(1)
		synctest.Wait()
		require.Equal(t, 1, p.Count(), "an element is held")
		zero.Request(1)
		synctest.Wait()
		require.Equal(t, []int{0, 10}, zero.Values())
		require.True(t, zero.Completed())
		require.Equal(t, 2, p.Count())
		require.Equal(t, 1, p.Values()[1].Key)
		one := flowtest.Subscribe(t, p.Values()[1])
		synctest.Wait()
		up.Next(2)
		synctest.Wait()
		require.Equal(t, 2, p.Count())
		one.Cancel() // lets go of what is held, and of the place
		synctest.Wait()
		require.Equal(t, 3, p.Count())
		up.Complete()
		synctest.Wait()
		require.True(t, p.Completed())
	})
}

// TestEvictionNeedsReaders: a group that nobody reads cannot make room. When one
// gets a subscriber in time it goes on, else it says so.
func TestEvictionNeedsReaders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := sources.Of(0, 1, 2, 3)
		p := flowtest.Subscribe(t, operators.GroupBy(src, 2, 4, mod(10), operators.WithEviction(), operators.WithName("it")), flowtest.WithDemand(9))
		time.Sleep(4 * time.Second)
		require.Equal(t, 2, p.Count())
		one := flowtest.Subscribe(t, p.Values()[1], flowtest.WithDemand(9))
		synctest.Wait()
		require.True(t, one.Completed(), "the only one that could")
		require.Equal(t, 3, p.Count())
		time.Sleep(20 * time.Second)
		require.ErrorIs(t, p.Err(), flow.ErrGroupStalled)
		require.ErrorContains(t, p.Err(), "it: flow: groups stalled: an element needs a group for the key 3, and of the 2 that may be none has had a subscriber for 5s")
	})
}

// TestEvictionStalls where fewer groups are read than there may be.
func TestEvictionStalls(t *testing.T) {
	for on, s := range schedulers {
		synctest.Test(t, func(t *testing.T) {
			groups := operators.GroupBy(sources.Slice(numbersTo(100)), 3, 4, mod(10), operators.WithEviction())
			err := sinks.Discard(scheduler.With(t.Context(), s()), operators.FlatMap(groups, 2, elements))
			require.ErrorIs(t, err, flow.ErrGroupStalled, on)
			// as many as there may be, also behind a boundary
			for _, between := range []int{1, 2, 5} {
				groups = operators.Async(operators.GroupBy(sources.Slice(numbersTo(100)), 3, 4, mod(10), operators.WithEviction()), between)
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.FlatMap(groups, 2, elements))
				require.NoError(t, err, on)
				require.ElementsMatch(t, numbersTo(100), got, on)
			}
		})
	}
}

// TestEarlyEndsAreWhatALoopIs: all elements come, those of a key in order.
func TestEarlyEndsAreWhatALoopIs(t *testing.T) {
	run := func(t *testing.T, s scheduler.Scheduler, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 5))
		n, keys := rng.IntN(1+rng.IntN(500)), 1+rng.IntN(12)
		most, capacity := 1+rng.IntN(keys), 1+rng.IntN(1+rng.IntN(40))
		size, seen := make([]int, keys), make([]int, keys)
		all := make([]int, n)
		for i := range all {
			k := rng.IntN(keys)
			all[i] = k*million + size[k]
			size[k]++
		}
		opts := []operators.Option{operators.WithEviction()}
		src := sources.Slice(all)
		if rng.IntN(2) == 0 {
			opts = append(opts, operators.WithMaxIdle(time.Duration(1+rng.IntN(5))*time.Millisecond))
			src = operators.Throttle(src, 1, time.Millisecond, operators.WithBurst(1+rng.IntN(5)))
		}
		groups := operators.GroupBy(src, most, capacity, func(v int) int { return v / million }, opts...)
		how := rng.IntN(4)
		read := operators.FlatMap(groups, most+how%2, func(g group) publisher {
			if how > 1 && g.Key%how == 0 {
				return operators.Async(g, 1+g.Key)
			}
			return g
		}, operators.WithPrefetch(1+rng.IntN(40)))
		for v, err := range sinks.Seq(scheduler.With(t.Context(), s), read, sinks.WithPrefetch(1+rng.IntN(40))) {
			require.NoError(t, err, "seed %d", seed)
			k := v / million
			require.Equal(t, seen[k], v%million, "seed %d: order of key %d", seed, k)
			seen[k]++
		}
		require.Equal(t, size, seen, "seed %d", seed)
	}
	for seed := range uint64(150) {
		synctest.Test(t, func(t *testing.T) {
			run(t, scheduler.NewSeeded(seed), seed)
			if seed < 40 {
				run(t, scheduler.Default(), seed)
				run(t, scheduler.Inline(), seed)
				run(t, scheduler.NewPool(2), seed)
			}
		})
	}
}

// TestMaxIdleIsExact: an element in the very moment belongs to the group, one
// behind it opens another.
func TestMaxIdleIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		src := operators.FlatMap(sources.Of(0, 3, 8, 14, 15, 21), 9, func(at int) publisher { // milliseconds
			return operators.Map(sources.Timer(time.Duration(at)*ms), func(int64) int { return at })
		})
		var ends []string
		groups := operators.GroupBy(src, 9, 4, func(v int) string { return fmt.Sprint(v == 15) }, operators.WithMaxIdle(5*ms))
		err := sinks.ForEach(t.Context(), operators.FlatMap(groups, 9, func(g operators.Group[string, int]) flow.Publisher[[]int] {
			return operators.Batch(g, 100)
		}), func(_ context.Context, vs []int) error {
			ends = append(ends, fmt.Sprint(vs, " ", time.Since(start)))
			return nil
		})
		require.NoError(t, err)
		require.Equal(t, []string{"[0 3 8] 13ms", "[14] 19ms", "[15] 20ms", "[21] 21ms"}, ends)
	})
}

// TestMaxIdleWaits for a subscriber, and for an element that waits for room.
func TestMaxIdleWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.GroupBy(up, 3, 2, mod(10), operators.WithMaxIdle(time.Second)), flowtest.WithDemand(9))
		up.Next(0)
		time.Sleep(time.Minute)
		up.Next(10)
		synctest.Wait()
		require.Equal(t, 1, p.Count(), "it had no subscriber")
		zero := flowtest.Subscribe(t, p.Values()[0])
		time.Sleep(time.Second / 2)
		up.Next(20) // has no room
		time.Sleep(time.Minute)
		zero.Request(2)
		synctest.Wait()
		zero.Request(9)
		time.Sleep(time.Second - 1)
		synctest.Wait()
		require.Equal(t, []int{0, 10, 20}, zero.Values())
		require.False(t, zero.Completed())
		time.Sleep(1 * time.Nanosecond)
		synctest.Wait()
		require.True(t, zero.Completed())
		up.Next(30)
		synctest.Wait()
		require.Equal(t, 2, p.Count(), "another group of the key")
		p.Cancel()
		again := flowtest.Subscribe(t, p.Values()[1], flowtest.WithDemand(9))
		time.Sleep(time.Second)
		synctest.Wait()
		require.True(t, again.Completed())
		up.WaitCancelled() // nobody is left
	})
}

// TestMaxIdleIsNoStall: the element waits for a group that ends.
func TestMaxIdleIsNoStall(t *testing.T) {
	for on, s := range schedulers {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			groups := operators.GroupBy(sources.Slice(numbersTo(6)), 10, 4, mod(3), operators.WithMaxIdle(time.Hour))
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.FlatMap(groups, 2, elements))
			require.NoError(t, err, on)
			require.ElementsMatch(t, numbersTo(6), got)
			require.GreaterOrEqual(t, time.Since(start), time.Hour)
		})
	}
}

// TestMaxIdleStopsItsTimer when the stream ends in another way.
func TestMaxIdleStopsItsTimer(t *testing.T) {
	for _, end := range []string{"complete", "error", "cancel"} {
		synctest.Test(t, func(t *testing.T) {
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.FlatMap(operators.GroupBy(up, 3, 2, mod(3), operators.WithMaxIdle(time.Hour)), 3, elements), flowtest.WithDemand(9))
			up.Next(1, 2)
			synctest.Wait()
			switch end {
			case "complete":
				up.Complete()
			case "error":
				up.Error(errStop)
			default:
				p.Cancel()
			}
			synctest.Wait()
			require.ElementsMatch(t, []int{1, 2}, p.Values())
		}) // the bubble ends: nothing waits
	}
}

// TestGroupsThatEndEarlyReleaseTheirElements, however the stream ends.
func TestGroupsThatEndEarlyReleaseTheirElements(t *testing.T) {
	early := func(src tokens, use func(*token) *token) tokens {
		groups := operators.GroupBy(src, 2, 3, func(t *token) int { return t.n % 5 }, operators.WithEviction(), operators.WithMaxIdle(time.Millisecond))
		return operators.FlatMap(groups, 2, func(g operators.Group[int, *token]) tokens {
			if g.Key == 3 {
				return operators.Take(operators.Map(g, use), 1)
			}
			return operators.Map(operators.Async(g, 2), use)
		})
	}
	for _, end := range tokenEnds {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			verifyTokens(t, tokenSources["Seq"], early, end)
		})
	}
}

func TestEarlyEndsArguments(t *testing.T) {
	require.PanicsWithValue(t, "operators.WithMaxIdle: time 0s, must be positive", func() { operators.WithMaxIdle(0) })
}
