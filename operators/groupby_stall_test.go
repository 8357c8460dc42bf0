package operators_test

import (
	"context"
	"fmt"
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

// seenThrough are inner streams which the stage can follow.
var seenThrough = map[string]func(group) publisher{
	"the group": elements,
	"Map":       func(g group) publisher { return operators.Map(g, func(v int) int { return v }) },
	"Filter":    func(g group) publisher { return operators.Filter(g, func(v int) bool { return v%4 < 2 }) },
	"Fold":      func(g group) publisher { return operators.Fold(g, 0, add) },
	"Take":      func(g group) publisher { return operators.Take(g, million) },
	"Async":     func(g group) publisher { return operators.Async(operators.Map(g, func(v int) int { return v }), 4) },
	"Asyncs": func(g group) publisher {
		return operators.Map(operators.Async(operators.Filter(operators.Async(g, 1), func(int) bool { return true }), 300), func(v int) int { return v })
	},
}

// TestGroupByStalls where a FlatMap reads fewer groups than there are keys:
// what hangs elsewhere ends with an error that names the key.
func TestGroupByStalls(t *testing.T) {
	for name, f := range seenThrough {
		for on, s := range schedulers {
			for _, k := range []int{2, 3, 50, 300} { // of that element is the third group
				synctest.Test(t, func(t *testing.T) {
					var w watched
					groups := operators.GroupBy(w.publisher(), 10, 4, func(v int) string {
						if v < k {
							return fmt.Sprint(v % 2)
						}
						return "third"
					}, operators.WithName("it"))
					got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.FlatMap(
						operators.Filter(groups, func(operators.Group[string, int]) bool { return true }), 2,
						func(g operators.Group[string, int]) publisher {
							key := 0
							if g.Key == "1" {
								key = 1
							}
							return f(group{key, g})
						}))
					require.ErrorIs(t, err, flow.ErrGroupStalled, "%s on %s", name, on)
					require.ErrorContains(t, err, "it: flow: groups stalled: an element needs a group for the key third, "+
						"but all streams below read groups that are open, 2 of them")
					if name == "the group" || name == "Async" {
						require.ElementsMatch(t, numbersTo(k), got, "what came before was handed on")
					}
					w.require(t)
				})
			}
		}
	}
}

// TestGroupByDoesNotStallWhile something is on its way that may let a stream
// end: no false alarm, however long it takes.
func TestGroupByDoesNotStallWhile(t *testing.T) {
	slowly := func(v int) int { time.Sleep(time.Hour); return v }
	for name, f := range map[string]func(group) publisher{
		"a function takes its time": func(g group) publisher { return operators.Take(operators.Map(g, slowly), 1) },
		"above a boundary":          func(g group) publisher { return operators.Take(operators.Async(operators.Map(g, slowly), 2), 2) },
		"below a boundary":          func(g group) publisher { return operators.Take(operators.Map(operators.Async(g, 2), slowly), 2) },
		"between boundaries": func(g group) publisher {
			return operators.Take(operators.Async(operators.Map(operators.Async(g, 2), slowly), 2), 2)
		},
		"and ends behind a boundary": func(g group) publisher {
			return operators.Async(operators.Map(operators.Async(operators.Take(g, 2), 1), slowly), 1)
		},
		"in a call": func(g group) publisher {
			return operators.TryMap(operators.Take(g, 1), func(_ context.Context, v int) (int, error) { return slowly(v), nil })
		},
		"one of them has a timer": func(g group) publisher {
			if g.Key == 0 {
				return g
			}
			return operators.Recover(operators.Timeout(g, time.Hour), func(error) (int, error) { return 0, nil })
		},
		"a timer runs": func(g group) publisher {
			return operators.Recover(operators.Timeout(g, time.Hour), func(error) (int, error) { return 0, nil })
		},
	} {
		for on, s := range schedulers {
			for _, concurrency := range []int{1, 2} {
				if concurrency == 1 && name == "one of them has a timer" {
					continue // the first one has not, and does not end
				}
				synctest.Test(t, func(t *testing.T) {
					src := operators.FlatMap(operators.GroupBy(sources.Slice(numbersTo(20)), 10, 4, func(v int) int { return v / 2 }), concurrency, f)
					if concurrency == 2 {
						src = operators.Async(src, 1)
					}
					got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
					require.NoError(t, err, "%s on %s, %d at once", name, on, concurrency)
					require.GreaterOrEqual(t, len(got), 10)
				})
			}
		}
	}
}

// TestGroupByWaitsForWhoeverMayCome: somebody outside may request a further
// group, or subscribe to one, after a day.
func TestGroupByWaitsForWhoeverMayCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := flowtest.Subscribe(t, operators.GroupBy(sources.Slice(numbersTo(100)), 10, 4, mod(3)))
		for k := range 3 {
			time.Sleep(24 * time.Hour)
			p.Request(1)
			synctest.Wait()
			require.Equal(t, k+1, p.Count())
		}
		var all []*flowtest.Probe[int]
		for _, g := range p.Values() {
			time.Sleep(24 * time.Hour)
			all = append(all, flowtest.Subscribe(t, g, flowtest.WithDemand(flow.Unbounded)))
		}
		synctest.Wait()
		require.NoError(t, p.Err())
		require.True(t, p.Completed())
		require.Equal(t, 34, all[0].Count())
	})
	for on, s := range schedulers { // the functions of a graph subscribe late
		synctest.Test(t, func(t *testing.T) {
			g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
			total := make(chan int, 3)
			g.Go(func() error {
				return sinks.ForEach(ctx, operators.GroupBy(sources.Slice(numbersTo(100)), 10, 4, mod(3)), func(_ context.Context, one group) error {
					g.Go(func() error {
						time.Sleep(time.Hour)
						all, err := sinks.Slice(ctx, one)
						total <- len(all)
						return err
					})
					return nil
				})
			})
			require.NoError(t, g.Wait(), on)
			require.Equal(t, 100, <-total+<-total+<-total, on)
		})
	}
}

// TestGroupByStallsWithoutSubscriber: a group that nobody reads is full, and
// everything else waits for what is behind it.
func TestGroupByStallsWithoutSubscriber(t *testing.T) {
	ignoring := func(release bool) publisher {
		return operators.FlatMap(operators.GroupBy(sources.Slice(numbersTo(100)), 10, 4, mod(3), operators.WithName("it")), 3,
			func(g group) publisher {
				switch {
				case g.Key != 1:
					return g
				case release:
					g.Release(flow.Filtered)
				}
				return sources.Empty[int]()
			})
	}
	for on, s := range schedulers {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), ignoring(false))
			require.ErrorIs(t, err, flow.ErrGroupStalled, on)
			require.ErrorContains(t, err, "it: flow: groups stalled: the group of the key 1 is full and has had no subscriber for 5s")
			require.NotEmpty(t, got)
			require.GreaterOrEqual(t, time.Since(start), 5*time.Second)
			require.Less(t, time.Since(start), 10*time.Second)

			got, err = sinks.Slice(scheduler.With(t.Context(), s()), ignoring(true))
			require.NoError(t, err, on)
			require.Len(t, got, 67)
		})
		synctest.Test(t, func(t *testing.T) { // a stage that lets go of a group releases it
			groups := operators.GroupBy(sources.Slice(numbersTo(100)), 10, 4, mod(3))
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.FlatMap(
				operators.Filter(groups, func(g group) bool { return g.Key != 1 }), 3, elements))
			require.NoError(t, err, on)
			require.Len(t, got, 67)
		})
		if on == "seeded" {
			continue // its functions wait for nothing but sinks
		}
		synctest.Test(t, func(t *testing.T) { // it comes late, but before the time is up
			late := make(chan group, 1)
			g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
			g.Go(func() error {
				_, err := sinks.Slice(ctx, operators.FlatMap(operators.GroupBy(sources.Slice(numbersTo(100)), 10, 4, mod(3)), 3,
					func(one group) publisher {
						if one.Key == 1 {
							late <- one
							return sources.Empty[int]()
						}
						return one
					}))
				return err
			})
			g.Go(func() error {
				time.Sleep(4 * time.Second)
				all, err := sinks.Slice(ctx, <-late)
				require.Len(t, all, 33)
				return err
			})
			require.NoError(t, g.Wait(), on)
		})
	}
}

// TestGroupByStopsLooking: where it cannot be certain, the stage does not keep
// a timer for ever.
func TestGroupByStopsLooking(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		p := flowtest.Subscribe(t, operators.GroupBy(sources.Of(1, 2), 2, 1, mod(2)), flowtest.WithDemand(1))
		done := make(chan struct{})
		time.AfterFunc(24*time.Hour, func() { close(done) })
		<-done
		require.Equal(t, 24*time.Hour, time.Since(start))
		require.Equal(t, 1, p.Count())
		p.Cancel()
		synctest.Wait()
	})
}
