package operators_test

import (
	"context"
	"slices"
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

// TestBalance: each element goes to one output, in order there, and upstream is
// subscribed once for each round.
func TestBalance(t *testing.T) {
	for on, s := range schedulers {
		for _, capacity := range []int{1, 3, 1000} {
			var w watched
			outs := operators.Balance(w.publisher(), 3, capacity)
			for round := range 2 {
				g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
				var got [3][]int
				for i, out := range outs {
					g.Go(func() (err error) { got[i], err = sinks.Slice(ctx, out); return err })
				}
				require.NoError(t, g.Wait())
				for i := range outs {
					require.True(t, slices.IsSorted(got[i]), "output %d on %s, capacity %d", i, on, capacity)
				}
				all := slices.Concat(got[:]...)
				slices.Sort(all)
				require.Equal(t, numbersTo(lawSize), all, "on %s, capacity %d", on, capacity)
				require.EqualValues(t, round+1, w.subscribed.Load())
			}
			w.require(t)
		}
	}
}

// TestBalanceFollowsDemand: an element goes where it is asked for, none is taken
// that nobody wants, and those who want one have their turns.
func TestBalanceFollowsDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		produced := 0
		outs := operators.Balance(
			operators.Map(sources.Slice(numbersTo(100)), func(v int) int { produced++; return v }), 2, 4)
		a := flowtest.Subscribe(t, outs[0], flowtest.WithDemand(3))
		synctest.Wait()
		require.Zero(t, produced, "it waits for the other output")
		b := flowtest.Subscribe(t, outs[1])
		synctest.Wait()
		require.Equal(t, []int{0, 1, 2}, a.Values())
		require.Equal(t, 3, produced)
		b.Request(2)
		synctest.Wait()
		require.Equal(t, []int{3, 4}, b.Values())
		b.Cancel()
		synctest.Wait()
		require.Equal(t, 5, produced)
		a.Request(flow.Unbounded)
		synctest.Wait()
		require.Equal(t, 98, a.Count())
		require.True(t, a.Completed())
	})
}

// TestBalanceGivesWorkToWhoIsFree: no element waits for the worker that is slow.
func TestBalanceGivesWorkToWhoIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outs := operators.Balance(sources.Slice(numbersTo(100)), 2, 1)
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		start := time.Now()
		var counts [2]int
		for i, out := range outs {
			g.Go(func() error {
				got, err := slowly(ctx, out, []time.Duration{time.Millisecond, 99 * time.Millisecond}[i])
				counts[i] = len(got)
				return err
			})
		}
		require.NoError(t, g.Wait())
		require.Equal(t, [2]int{99, 1}, counts)
		require.Equal(t, 99*time.Millisecond, time.Since(start))
	})
}

// TestBalanceKeepsWhatALeaverAskedFor: elements that were on their way to an
// output that leaves are for the others, as soon as they want some.
func TestBalanceKeepsWhatALeaverAskedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		seen := &stages{all: map[string]*flow.Stats{}}
		outs := operators.Balance(up, 2, 8)
		g, _ := scheduler.NewGraph(t.Context(), "g", scheduler.Observe(seen))
		a, b := flowtest.NewProbe[int](t, flowtest.WithDemand(5)), flowtest.NewProbe[int](t)
		scheduler.Subscribe(g, outs[0], a)
		scheduler.Subscribe(g, outs[1], b)
		synctest.Wait()
		require.EqualValues(t, 5, up.Requested())
		a.Cancel()
		for v := range 5 {
			up.Next(v)
		}
		up.Complete()
		synctest.Wait()
		require.Zero(t, b.Count())
		require.False(t, b.Completed())
		require.EqualValues(t, 5, seen.all["balance"].Buffered.Load())
		b.Request(4)
		synctest.Wait()
		require.Equal(t, numbersTo(4), b.Values())
		b.Request(1)
		synctest.Wait()
		require.Equal(t, numbersTo(5), b.Values())
		require.True(t, b.Completed())
		require.NoError(t, g.Wait())
		stats := seen.all["balance"].Snapshot()
		require.EqualValues(t, 5, stats.In)
		require.EqualValues(t, 5, stats.Out)
		require.Zero(t, stats.Buffered)
	})
}

// TestBalanceFails all outputs, after the elements before.
func TestBalanceFails(t *testing.T) {
	for on, s := range schedulers {
		outs := operators.Balance(operators.TryMap(endless(0), func(_ context.Context, v int) (int, error) {
			if v == 20 {
				return 0, errStop
			}
			return v, nil
		}), 2, 4)
		g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
		var got [2][]int
		var errs [2]error
		for i, out := range outs {
			g.Go(func() error { got[i], errs[i] = sinks.Slice(ctx, out); return nil })
		}
		require.NoError(t, g.Wait())
		all := slices.Concat(got[:]...)
		slices.Sort(all)
		require.Equal(t, numbersTo(20), all, "on %s", on)
		require.ErrorIs(t, errs[0], errStop)
		require.ErrorIs(t, errs[1], errStop)
	}
}

// TestBalanceStopsWhenAllHaveLeft, also when they have done so before it began.
func TestBalanceStopsWhenAllHaveLeft(t *testing.T) {
	for on, s := range schedulers {
		for _, early := range []bool{false, true} {
			var w watched
			outs := operators.Balance(w.publisher(), 3, 4)
			g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
			for _, out := range outs {
				g.Go(func() error {
					if early {
						return sinks.Discard(ctx, operators.Take(out, 0))
					}
					_, err := sinks.First(ctx, out)
					return err
				})
			}
			require.NoError(t, g.Wait(), "on %s, early %v", on, early)
			require.EqualValues(t, 1, w.subscribed.Load())
			w.require(t)
		}
	}
}

// TestBalanceWhenAContextEnds: the output leaves, with the context's cause, and
// the others go on.
func TestBalanceWhenAContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outs := operators.Balance(sources.Slice(numbersTo(50)), 3, 4)
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		inner, cancel := context.WithCancelCause(ctx)
		a, b, c := flowtest.NewProbe[int](t, flowtest.WithDemand(1)), flowtest.NewProbe[int](t), flowtest.NewProbe[int](t)
		outs[0].Subscribe(inner, a)
		outs[1].Subscribe(ctx, b)
		ended, end := context.WithCancelCause(ctx)
		end(errStop)
		outs[2].Subscribe(ended, c)
		synctest.Wait()
		require.ErrorIs(t, c.Err(), errStop, c.String())
		require.Equal(t, []int{0}, a.Values())
		cancel(errStop)
		synctest.Wait()
		require.ErrorIs(t, a.Err(), errStop)
		b.Request(flow.Unbounded)
		synctest.Wait()
		require.Equal(t, numbersTo(50)[1:], b.Values())
		require.True(t, b.Completed())
		require.NoError(t, g.Wait())
	})
}

func TestBalanceArguments(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.Balance: nil source":                     func() { operators.Balance[int](nil, 1, 1) },
		"operators.Balance: 0 outputs, must be at least 1":  func() { operators.Balance(src, 0, 1) },
		"operators.Balance: capacity 0, must be at least 1": func() { operators.Balance(src, 1, 0) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}

func TestBalanceDescription(t *testing.T) {
	outs := operators.Balance(sources.Of(1), 2, 7, operators.WithName("jobs"))
	top := flow.Describe(outs[1])
	require.EqualValues(t, 7, top.MaxElements-flow.Describe(sources.Of(1)).MaxElements)
	require.Equal(t, "jobs.2", top.Stages[2].Name)
	require.True(t, top.Stages[2].Boundary)
}

// TestSharedUpstreamThatEndsWhenItIsLeft: the subscription of upstream is over
// also where both see the end of the context, whoever is first.
func TestSharedUpstreamThatEndsWhenItIsLeft(t *testing.T) {
	for kind, op := range map[string]func(publisher) publisher{
		"balance":   func(p publisher) publisher { return operators.Balance(p, 1, 2)[0] },
		"multicast": func(p publisher) publisher { return operators.Share(p, 2, flow.Block) },
	} {
		for seed := range uint64(100) {
			flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
				seen := &stages{all: map[string]*flow.Stats{}}
				ctx, cancel := context.WithCancelCause(flow.WithObserver(ctx, seen))
				zipped := operators.Zip2(sources.Slice(numbersTo(400)), sources.Slice(numbersTo(500)), add)
				err := sinks.ForEach(ctx, operators.Merge(3, op(zipped)), func(_ context.Context, v int) error {
					if v == 2*int(seed) {
						cancel(errStop)
					}
					return nil
				})
				cancel(nil)
				require.ErrorIs(t, err, errStop)
				require.Zero(t, seen.all[kind].Workers.Load(), "%s, seed %d", kind, seed)
			})
		}
	}
}
