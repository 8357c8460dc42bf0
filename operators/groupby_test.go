package operators_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
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

type group = operators.Group[int, int]

func mod(n int) func(int) int { return func(v int) int { return v % n } }

// elements reads a group as it is.
func elements(g group) publisher { return g }

func TestGroupByEmits(t *testing.T) {
	ctx := t.Context()
	keys := func(src publisher, groups, capacity int) ([]int, error) {
		return sinks.Slice(ctx, operators.Map(operators.GroupBy(src, groups, capacity, mod(3)), func(g group) int { return g.Key }))
	}
	got, err := keys(sources.Empty[int](), 1, 1)
	require.NoError(t, err)
	require.Empty(t, got)
	got, err = keys(sources.Of(5), 1, 1)
	require.NoError(t, err)
	require.Equal(t, []int{2}, got)
	got, err = keys(sources.Of(4, 1, 5, 3, 0, 2), 3, 2)
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 0}, got, "in the order of their first elements")

	all, err := sinks.Slice(ctx, operators.FlatMap(operators.GroupBy(sources.Slice(numbersTo(100)), 3, 2, mod(3)), 3,
		func(g group) flow.Publisher[string] {
			return operators.Fold(g, fmt.Sprint(g.Key, ":"), func(s string, v int) string { return s + fmt.Sprint(" ", v) })
		}))
	require.NoError(t, err)
	require.Len(t, all, 3)
	require.Equal(t, "0: 0 3 6 9 12 15", all[0][:16], "the first group ends first")
	require.Equal(t, "1: 1 4 7 10", all[1][:11])
	require.Equal(t, "2: 2 5 8 11", all[2][:11])
}

// TestGroupByIsWhatALoopIs: random keys, bounds and readers on every scheduler.
func TestGroupByIsWhatALoopIs(t *testing.T) {
	run := func(s scheduler.Scheduler, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 3))
		n, keys, capacity := rng.IntN(1+rng.IntN(600)), 1+rng.IntN(12), 1+rng.IntN(1+rng.IntN(60))
		size, seen := make([]int, keys), make([]int, keys)
		src := make([]int, n)
		for i := range src {
			k := rng.IntN(keys)
			src[i] = k*million + size[k]
			size[k]++
		}
		how := rng.IntN(4)
		groups := operators.GroupBy(sources.Slice(src), keys+rng.IntN(3), capacity, func(v int) int { return v / million })
		if rng.IntN(3) == 0 {
			groups = operators.Async(groups, 1+rng.IntN(4))
		}
		all := operators.FlatMap(groups, keys, func(g group) publisher {
			switch {
			case how > 0 && g.Key%how == 0:
				return operators.Async(operators.Map(g, func(v int) int { return v }), 1+g.Key)
			case how == 2:
				return operators.Map(g, func(v int) int { return v })
			}
			return g
		}, operators.WithPrefetch(1+rng.IntN(40)))
		for v, err := range sinks.Seq(scheduler.With(t.Context(), s), all, sinks.WithPrefetch(1+rng.IntN(40))) {
			require.NoError(t, err, "seed %d", seed)
			k := v / million
			require.Equal(t, seen[k], v%million, "seed %d: order of key %d", seed, k)
			seen[k]++
		}
		require.Equal(t, size, seen, "seed %d", seed)
	}
	for seed := range uint64(200) {
		run(scheduler.NewSeeded(seed), seed)
		if seed < 40 {
			run(scheduler.Default(), seed)
			run(scheduler.Inline(), seed)
		}
	}
}

// TestGroupByInGoroutines: each group is read by a sink in a goroutine of its
// own, which subscribes when it likes.
func TestGroupByInGoroutines(t *testing.T) {
	for on, s := range schedulers {
		for _, n := range []int{0, 1, 7, 8, 500} {
			g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
			var mu sync.Mutex
			got := map[int][]int{}
			g.Go(func() error {
				return sinks.ForEach(ctx, operators.GroupBy(sources.Slice(numbersTo(n)), 7, 3, mod(7)), func(_ context.Context, one group) error {
					g.Go(func() error {
						all, err := sinks.Slice(ctx, one)
						mu.Lock()
						defer mu.Unlock()
						got[one.Key] = all
						return err
					})
					return nil
				})
			})
			require.NoError(t, g.Wait(), on)
			total := 0
			for k, all := range got {
				total += len(all)
				for i, v := range all {
					require.Equal(t, k+7*i, v, on)
				}
			}
			require.Equal(t, n, total, on)
		}
	}
}

// TestGroupByDemand: no element is asked for before the first group, then a
// window; the source waits while a group is full.
func TestGroupByDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		produced := 0
		src := operators.Map(sources.Slice(numbersTo(1000)), func(v int) int { produced++; return v })
		p := flowtest.Subscribe(t, operators.GroupBy(src, 5, 10, mod(2)))
		synctest.Wait()
		require.Zero(t, produced)
		p.Request(1)
		synctest.Wait()
		require.Equal(t, 10, produced)
		require.Equal(t, 1, p.Count(), "the second element needs a group that is not requested")
		p.Request(1)
		synctest.Wait()
		require.Equal(t, 2, p.Count())
		require.LessOrEqual(t, produced, 3*10)
		require.GreaterOrEqual(t, produced, 2*10)

		even := flowtest.Subscribe(t, p.Values()[0])
		even.Request(4)
		synctest.Wait()
		require.Equal(t, []int{0, 2, 4, 6}, even.Values())
		even.Request(1000)
		synctest.Wait()
		require.Less(t, even.Count(), 25, "the other group is full")
		odd := flowtest.Subscribe(t, p.Values()[1], flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.Equal(t, 500, even.Count())
		require.Equal(t, 500, odd.Count())
		require.True(t, even.Completed())
		require.True(t, odd.Completed())
		require.True(t, p.Completed())
	})
}

// TestGroupByReopens the group of a key whose subscriber has left.
func TestGroupByReopens(t *testing.T) {
	for on, s := range schedulers {
		for _, capacity := range []int{1, 4} {
			opened := map[int]int{}
			src := operators.FlatMap(operators.GroupBy(sources.Slice(numbersTo(lawSize)), 3, capacity, mod(3)), 3, func(g group) publisher {
				opened[g.Key]++
				return operators.Take(g, 2)
			})
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
			require.NoError(t, err, on)
			require.Greater(t, opened[0], 20, on)
			last := map[int]int{0: -1, 1: -1, 2: -1}
			for _, v := range got {
				require.Greater(t, v, last[v%3], "order of a key")
				last[v%3] = v
			}
		}
	}
}

// TestGroupByError reaches the groups, after their elements, and then the
// stream of groups.
func TestGroupByError(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range positions {
			ctx := scheduler.With(t.Context(), s())
			var ends []string
			src := operators.FlatMap(operators.GroupBy(failingAt(k), 3, 4, mod(3)), 3, func(g group) publisher {
				return operators.Recover(g, func(err error) (int, error) {
					ends = append(ends, fmt.Sprint(g.Key, " ", err))
					return 0, err
				})
			}, operators.WithPrefetch(1000))
			got, err := sinks.Slice(ctx, src)
			require.ErrorIs(t, err, errStop)
			require.LessOrEqual(t, len(got), k, on)
			if len(ends) > 0 {
				require.ErrorContains(t, err, "panic: stop")
			}
		}
	}
	synctest.Test(t, func(t *testing.T) {
		p := flowtest.Subscribe(t, operators.GroupBy(failingAt(9), 3, 4, mod(3)), flowtest.WithDemand(9))
		synctest.Wait()
		require.ErrorIs(t, p.Err(), errStop)
		for k, g := range p.Values() { // which come late
			one := flowtest.Subscribe(t, g, flowtest.WithDemand(9))
			synctest.Wait()
			require.Equal(t, []int{k, k + 3, k + 6}, one.Values())
			require.ErrorIs(t, one.Err(), errStop)
		}
	})
}

// TestGroupByIsCancelled by the subscribers of the groups and of all groups
// together, in any order. No group is requested beyond the three: a further
// one, opened for an element that waits when its group is cancelled, would have
// to be cancelled as well.
func TestGroupByIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for outerFirst := range 2 {
			var w watched
			p := flowtest.Subscribe(t, operators.GroupBy(w.publisher(), 3, 4, mod(3)), flowtest.WithDemand(3))
			synctest.Wait()
			var subs []*flowtest.Probe[int]
			for _, g := range p.Values() {
				subs = append(subs, flowtest.Subscribe(t, g, flowtest.WithDemand(5)))
			}
			synctest.Wait()
			require.Len(t, subs, 3)
			if outerFirst == 1 {
				p.Cancel()
				subs[2].Cancel() // its elements are let go
				subs[0].Request(2)
				subs[1].Request(2)
			} else {
				subs[2].Cancel()
			}
			synctest.Wait()
			require.Zero(t, w.cancelled.Load())
			require.Equal(t, []int{0, 3, 6, 9, 12}, subs[0].Values()[:5])
			subs[0].Cancel()
			subs[1].Cancel()
			p.Cancel()
			synctest.Wait()
			require.EqualValues(t, 1, w.cancelled.Load())
		}
	})
	for on, s := range schedulers {
		for _, k := range positions {
			var w watched
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Take(operators.FlatMap(
				operators.GroupBy(w.publisher(), 3, 4, mod(3)), 3, elements), int64(k+1)))
			require.NoError(t, err)
			require.Len(t, got, k+1, on)
			w.require(t)
			_, err = sinks.First(scheduler.With(t.Context(), s()), operators.GroupBy(w.publisher(), 3, 4, mod(3)))
			require.NoError(t, err) // the group is not subscribed to, but the sink has returned
			w.require(t)
		}
	}
}

// TestGroupByGoesOnForItsGroups when nobody takes groups any more, also for
// those that are still on their way to a subscriber.
func TestGroupByGoesOnForItsGroups(t *testing.T) {
	for on, s := range schedulers {
		for _, between := range []int{0, 1, 2} {
			var w watched
			groups := operators.Take(operators.GroupBy(w.publisher(), 7, 4, mod(7)), 2)
			if between > 0 {
				groups = operators.Async(groups, between)
			}
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.FlatMap(groups, 7, elements))
			require.NoError(t, err, on)
			var want []int
			for v := range lawSize {
				if v%7 < 2 {
					want = append(want, v)
				}
			}
			require.ElementsMatch(t, want, got, on)
			w.require(t)
		}
	}
}

func TestGroupByTooManyGroups(t *testing.T) {
	for on, s := range schedulers {
		var w watched
		got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.FlatMap(
			operators.GroupBy(w.publisher(), 3, 10, func(v int) int { return v / 10 }, operators.WithName("it")), 9, elements))
		require.ErrorIs(t, err, flow.ErrTooManyGroups)
		require.ErrorContains(t, err, "it: flow: too many groups: an element has the key 3, and the 3 groups")
		require.Subset(t, numbersTo(30), got, on)
		w.require(t)
	}
}

// TestGroupByKeyFails: groups and the stream of groups end with the panic.
func TestGroupByKeyFails(t *testing.T) {
	for on, s := range schedulers {
		for _, goexit := range []bool{false, true} {
			for _, k := range positions {
				var w watched
				var err error
				returned := false
				var all sync.WaitGroup
				all.Go(func() {
					err = sinks.Discard(scheduler.With(t.Context(), s()), operators.FlatMap(operators.GroupBy(w.publisher(), 3, 4, func(v int) int {
						switch {
						case v < k:
						case goexit:
							runtime.Goexit()
						default:
							panic(errStop)
						}
						return v % 3
					}, operators.WithName("it")), 3, elements))
					returned = true
				})
				all.Wait()
				w.require(t)
				if !returned {
					require.True(t, goexit) // it was the sink's own goroutine
					continue
				}
				require.ErrorContains(t, err, "it: ", on)
				var p *flow.PanicError
				require.ErrorAs(t, err, &p)
			}
		}
	}
	err := sinks.Discard(t.Context(), operators.GroupBy(sources.Of(1), 1, 1, func(int) any { return []int{} }))
	require.ErrorContains(t, err, "unhashable")
}

// TestGroupByEndsWithItsContext.
func TestGroupByEndsWithItsContext(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range positions {
			var w watched
			ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
			err := sinks.Discard(ctx, operators.FlatMap(operators.GroupBy(w.publisher(), 3, 4, func(v int) int {
				if v == k {
					cancel(errStop)
				}
				return v % 3
			}), 3, elements))
			if err != nil {
				require.ErrorIs(t, err, errStop, on)
			}
			w.require(t)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	err := sinks.Discard(ctx, operators.GroupBy(sources.Of(1), 1, 1, func(int) int { panic("called") }))
	require.ErrorIs(t, err, errStop)
}

// TestGroupIsSubscribedOnce.
func TestGroupIsSubscribedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := flowtest.Subscribe(t, operators.GroupBy(sources.Of(0, 1, 2), 3, 4, mod(3)), flowtest.WithDemand(9))
		synctest.Wait()
		one := flowtest.Subscribe(t, p.Values()[0], flowtest.WithDemand(9))
		two := flowtest.Subscribe(t, p.Values()[0], flowtest.WithDemand(9))
		p.Values()[1].Release(flow.Cancelled)
		p.Values()[1].Release(flow.Cancelled)
		released := flowtest.Subscribe(t, p.Values()[1], flowtest.WithDemand(9))
		synctest.Wait()
		require.Equal(t, []int{0}, one.Values())
		require.True(t, one.Completed())
		require.ErrorIs(t, two.Err(), flow.ErrAlreadySubscribed)
		require.ErrorIs(t, released.Err(), flow.ErrGroupReleased)
		require.Equal(t, "group", flow.Describe(p.Values()[2]).Stages[0].Kind)
	})
}

func TestGroupByArguments(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.GroupBy: nil source":                      func() { operators.GroupBy(nil, 1, 1, mod(1)) },
		"operators.GroupBy: 0 groups, must be at least 1":    func() { operators.GroupBy(src, 0, 1, mod(1)) },
		"operators.GroupBy: -1 groups, must be at least 1":   func() { operators.GroupBy(src, -1, 1, mod(1)) },
		"operators.GroupBy: capacity 0, must be at least 1":  func() { operators.GroupBy(src, 1, 0, mod(1)) },
		"operators.GroupBy: capacity -5, must be at least 1": func() { operators.GroupBy(src, 1, -5, mod(1)) },
		"operators.GroupBy: nil function":                    func() { operators.GroupBy[int, int](src, 1, 1, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
	require.EqualValues(t, 44, flow.Describe(operators.GroupBy(src, 10, 4, mod(1))).MaxElements)
	group{Key: 1, Publisher: src}.Release(flow.Cancelled) // a test may make its own
	got, err := sinks.Slice(t.Context(), operators.Map(group{Key: 1, Publisher: foreign{src}}, func(v int) int { return v }))
	require.NoError(t, err)
	require.Equal(t, []int{1}, got)
}
