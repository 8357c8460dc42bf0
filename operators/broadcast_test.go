package operators_test

import (
	"context"
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

// TestBroadcastRounds: all outputs get all elements, upstream is subscribed
// once, and once more for each further round.
func TestBroadcastRounds(t *testing.T) {
	for on, s := range schedulers {
		for _, capacity := range []int{1, 3, 1000} {
			var w watched
			outs := operators.Broadcast(w.publisher(), 3, capacity)
			for round := range 3 {
				g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
				var got [3][]int
				for i, out := range outs {
					g.Go(func() (err error) { got[i], err = sinks.Slice(ctx, out); return err })
				}
				require.NoError(t, g.Wait())
				for i := range outs {
					require.Equal(t, numbersTo(lawSize), got[i], "output %d on %s, capacity %d", i, on, capacity)
				}
				require.EqualValues(t, round+1, w.subscribed.Load())
			}
			w.require(t)
		}
	}
}

func TestBroadcastErrorReachesAll(t *testing.T) {
	outs := operators.Broadcast(operators.TryMap(endless(0), func(_ context.Context, v int) (int, error) {
		if v == 20 {
			return 0, errStop
		}
		return v, nil
	}), 2, 4)
	g, ctx := scheduler.NewGraph(t.Context(), "g")
	var errs [2]error
	for i, out := range outs {
		g.Go(func() error {
			var got []int
			got, errs[i] = sinks.Slice(ctx, out)
			require.Equal(t, numbersTo(20), got)
			return nil
		})
	}
	require.NoError(t, g.Wait())
	require.ErrorIs(t, errs[0], errStop)
	require.ErrorIs(t, errs[1], errStop)
}

// TestBroadcastFollowsTheSlowest, by the capacity of its buffer.
func TestBroadcastFollowsTheSlowest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		produced := 0
		outs := operators.Broadcast(
			operators.Map(sources.Slice(numbersTo(1000)), func(v int) int { produced++; return v }), 2, 8)
		fast := flowtest.Subscribe(t, outs[0], flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.Zero(t, produced, "it waits for the other output")
		slow := flowtest.Subscribe(t, outs[1])
		synctest.Wait()
		require.Equal(t, 8, produced)
		require.Equal(t, numbersTo(8), fast.Values())
		require.Zero(t, slow.Count())
		for n := range 20 {
			slow.Request(1)
			synctest.Wait()
			require.Equal(t, numbersTo(n+1), slow.Values())
			require.LessOrEqual(t, produced, n+1+8)
			require.GreaterOrEqual(t, produced, n+1)
		}
		slow.Cancel() // and now it does not count any more
		synctest.Wait()
		require.Equal(t, numbersTo(1000), fast.Values())
		require.True(t, fast.Completed())
		require.Less(t, slow.Count(), 29)
	})
}

// TestBroadcastGoesOnWithoutOneThatLeft, whenever that is.
func TestBroadcastGoesOnWithoutOneThatLeft(t *testing.T) {
	for on, s := range schedulers {
		for _, at := range []int64{0, 1, 2, 17, 500} {
			var w watched
			outs := operators.Broadcast(w.publisher(), 3, 4)
			g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
			var all, some []int
			g.Go(func() (err error) { all, err = sinks.Slice(ctx, outs[0]); return err })
			g.Go(func() (err error) { some, err = sinks.Slice(ctx, operators.Take(outs[1], at+1)); return err })
			g.Go(func() error { _, err := sinks.First(ctx, outs[2]); return err })
			require.NoError(t, g.Wait())
			require.Equal(t, numbersTo(lawSize), all, "on %s", on)
			require.Equal(t, numbersTo(int(at)+1), some)
			w.require(t)
		}
	}
}

// TestBroadcastStopsWhenAllHaveLeft.
func TestBroadcastStopsWhenAllHaveLeft(t *testing.T) {
	var w watched
	outs := operators.Broadcast(w.publisher(), 2, 4)
	g, ctx := scheduler.NewGraph(t.Context(), "g")
	for _, out := range outs {
		g.Go(func() error { _, err := sinks.First(ctx, out); return err })
	}
	require.NoError(t, g.Wait())
	w.require(t)
}

// TestBroadcastWithABufferThatDrops behind the slow output does not hold up
// the other.
func TestBroadcastWithABufferThatDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outs := operators.Broadcast(ticking(100), 2, 4)
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		start := time.Now()
		var took time.Duration
		g.Go(func() error {
			got, err := sinks.Slice(ctx, outs[0])
			require.Equal(t, numbersTo(100), got)
			took = time.Since(start)
			return err
		})
		g.Go(func() error {
			got, err := slowly(ctx, operators.Buffer(outs[1], 1, flow.Latest), 9500*time.Microsecond)
			require.Less(t, len(got), 15)
			require.Equal(t, 99, got[len(got)-1])
			return err
		})
		require.NoError(t, g.Wait())
		require.Equal(t, 100*time.Millisecond, took)
	})
}

// TestBroadcastNames: stages below an output carry its number.
func TestBroadcastNames(t *testing.T) {
	same := func(v int) int { return v }
	names := func(srcs ...publisher) (all []string) {
		for _, s := range flow.Describe(operators.Merge(1, srcs...)).Stages {
			all = append(all, s.Name)
		}
		return all
	}
	outs := operators.Broadcast(sources.Of(1), 2, 4)
	require.Equal(t, []string{"of#1", "broadcast#2", "branch#3.1", "map#4.1", "branch#5.2", "map#6.2", "merge#7"},
		names(operators.Map(outs[0], same), operators.Map(outs[1], same)))

	outs = operators.Broadcast(sources.Of(1), 2, 4, operators.WithName("hub"))
	require.Equal(t, []string{"of#1", "hub", "hub.1", "map#4.1", "hub.2", "twice", "merge#7"},
		names(operators.Map(outs[0], same), operators.Map(outs[1], same, operators.WithName("twice"))))

	inner := operators.Broadcast(outs[1], 2, 4)
	require.Equal(t, "map#6.2.1", flow.Describe(operators.Map(inner[0], same)).Stages[5].Name)
}

// TestBroadcastDoesNotWaitForAnOutputOfWhichNothingIsTaken, also where the
// stage below it puts off its subscription.
func TestBroadcastDoesNotWaitForAnOutputOfWhichNothingIsTaken(t *testing.T) {
	same := func(v int) publisher { return sources.Of(v) }
	for name, below := range map[string]func(publisher) publisher{
		"nothing": func(p publisher) publisher { return p },
		"Merge":   func(p publisher) publisher { return operators.Merge(2, p) },
		"FlatMap": func(p publisher) publisher { return operators.FlatMap(p, 2, same) },
		"Zip2":    func(p publisher) publisher { return operators.Zip2(p, sources.Slice(numbersTo(lawSize)), add) },
		"MapAsync": func(p publisher) publisher {
			return operators.MapAsync(p, 2, func(_ context.Context, v int) (int, error) { return v, nil })
		},
		"Concat":    func(p publisher) publisher { return operators.Concat(p) },
		"ConcatMap": func(p publisher) publisher { return operators.ConcatMap(p, same) },
		"Retry":     func(p publisher) publisher { return operators.Retry(p, 1) },
		"Recover": func(p publisher) publisher {
			return operators.Recover(p, func(err error) (int, error) { return 0, err })
		},
		"Resume": func(p publisher) publisher {
			return operators.Resume(p, func(err error) (publisher, error) { return nil, err })
		},
	} {
		for on, s := range schedulers {
			t.Run(name+" on "+on, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					var w watched
					outs := operators.Broadcast(w.publisher(), 2, 8)
					g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
					scheduler.Subscribe[int](g, below(outs[0]), leaver{})
					g.Go(func() error { return sinks.Discard(ctx, operators.Take(below(outs[0]), 0)) })
					g.Go(func() error {
						all, err := sinks.Slice(ctx, operators.Concat(outs[1], outs[1]))
						require.Len(t, all, 2*lawSize)
						return err
					})
					require.NoError(t, g.Wait())
					w.require(t)
				})
			})
		}
	}
}

// leaver cancels at once.
type leaver struct{}

func (leaver) OnSubscribe(s flow.Subscription) { s.Cancel() }
func (leaver) OnNext(int)                      {}
func (leaver) OnError(error)                   {}
func (leaver) OnComplete()                     {}
