package operators_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
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

// TestRefCountConnectsAtTheNth subscriber: all get all, upstream is subscribed
// once, and once more for the next n.
func TestRefCountConnectsAtTheNth(t *testing.T) {
	for on, s := range schedulers {
		for _, capacity := range []int{1, 3, 1000} {
			var w watched
			out := operators.RefCount(operators.Publish(w.publisher(), capacity, flow.Block), 3)
			for round := range 3 {
				g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
				var got [3][]int
				for i := range got {
					g.Go(func() (err error) { got[i], err = sinks.Slice(ctx, out); return err })
				}
				require.NoError(t, g.Wait())
				for i := range got {
					require.Equal(t, numbersTo(lawSize), got[i], "%d on %s, capacity %d", i, on, capacity)
				}
				require.EqualValues(t, round+1, w.subscribed.Load())
			}
			w.require(t)
		}
	}
}

// TestShareBeginsAnew after the end, and when all have left.
func TestShareBeginsAnew(t *testing.T) {
	for on, s := range schedulers {
		var w watched
		out := operators.Share(w.publisher(), 4, flow.Block)
		ctx := scheduler.With(t.Context(), s())
		for range 3 {
			got, err := sinks.Slice(ctx, out)
			require.NoError(t, err)
			require.Equal(t, numbersTo(lawSize), got, "on %s", on)
			v, err := sinks.First(ctx, out)
			require.NoError(t, err)
			require.Zero(t, v)
		}
		require.EqualValues(t, 6, w.subscribed.Load())
		w.require(t)
	}
}

// TestPublish: who has subscribed before Connect gets all, later ones what
// follows; without subscribers upstream waits.
func TestPublish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		shared := operators.Publish[int](up, 4, flow.Block)
		a := flowtest.Subscribe(t, shared, flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.Zero(t, up.Subscribed())
		disconnect := shared.Connect(t.Context())
		shared.Connect(t.Context())
		synctest.Wait()
		require.Equal(t, 1, up.Subscribed())
		require.EqualValues(t, 4, up.Requested())
		up.Next(1, 2)
		synctest.Wait()
		b := flowtest.Subscribe(t, shared)
		up.Next(3)
		a.ExpectNext(1, 2, 3)
		up.Next(4)
		a.ExpectNext(4)
		synctest.Wait()
		require.LessOrEqual(t, up.Requested(), int64(3+4), "b has room for 4")
		a.Cancel()
		b.Cancel()
		synctest.Wait()
		before := up.Requested()
		require.Zero(t, up.Cancelled(), "it is still connected")
		up.Next(6) // lost
		synctest.Wait()
		require.Equal(t, before, up.Requested(), "nobody is there")
		c := flowtest.Subscribe(t, shared, flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		up.Next(7)
		c.ExpectNext(7)
		disconnect()
		disconnect()
		c.ExpectComplete()
		require.Equal(t, 1, up.Cancelled())

		d := flowtest.Subscribe(t, shared, flowtest.WithDemand(flow.Unbounded))
		ctx, cancel := context.WithCancelCause(t.Context())
		shared.Connect(ctx)
		synctest.Wait()
		require.Equal(t, 2, up.Subscribed())
		cancel(errStop)
		d.ExpectError(errStop)
	})
}

// TestShareFollowsTheSlowest, which has capacity elements of its own, until it
// leaves.
func TestShareFollowsTheSlowest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		produced := 0
		out := operators.Share(
			operators.Map(sources.Slice(numbersTo(1000)), func(v int) int { produced++; return v }), 8, flow.Block)
		slow := flowtest.Subscribe(t, out)
		fast := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.Equal(t, 8, produced)
		for n := range 20 {
			slow.Request(1)
			synctest.Wait()
			require.Equal(t, numbersTo(n+1), slow.Values())
			require.LessOrEqual(t, produced, n+1+8)
			require.GreaterOrEqual(t, produced, n+1)
		}
		slow.Cancel()
		synctest.Wait()
		all := fast.Values()
		require.Equal(t, 999, all[len(all)-1])
		require.True(t, fast.Completed())
	})
}

// TestShareWithEviction: the slow subscriber is out, the others go on.
func TestShareWithEviction(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		out := operators.RefCount(operators.Publish(ticking(20), 3, flow.Fail, operators.WithName("it")), 2, operators.WithName("queue"))
		slow := flowtest.Subscribe(t, out)
		fast := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		time.Sleep(time.Second)
		synctest.Wait()
		fast.ExpectNext(numbersTo(20)...)
		fast.ExpectComplete()
		slow.Request(10)
		slow.ExpectNext(0, 1, 2)
		require.EqualError(t, slow.ExpectError(flow.ErrOverflow), "queue: flow: buffer full")
	})
}

// TestReplay: late subscribers get the last elements, and after the end those
// and the end.
func TestReplay(t *testing.T) {
	for on, s := range schedulers {
		var w watched
		out := operators.Replay(w.publisher(), 3, 2, flow.Block)
		ctx := scheduler.With(t.Context(), s())
		got, err := sinks.Slice(ctx, out)
		require.NoError(t, err)
		require.Equal(t, numbersTo(lawSize), got, "on %s", on)
		for range 2 {
			got, err = sinks.Slice(ctx, out)
			require.NoError(t, err)
			require.Equal(t, numbersTo(lawSize)[lawSize-3:], got, "on %s", on)
		}
		require.EqualValues(t, 1, w.subscribed.Load())
	}
	failing := operators.Replay(operators.TryMap(endless(0), func(_ context.Context, v int) (int, error) {
		if v == 20 {
			return 0, errStop
		}
		return v, nil
	}), 2, 2, flow.Block)
	for _, want := range [][]int{numbersTo(20), {18, 19}} {
		got, err := sinks.Slice(t.Context(), failing)
		require.ErrorIs(t, err, errStop)
		require.Equal(t, want, got)
	}
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		out := operators.Replay[int](up, 2, 4, flow.Block)
		a := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		up.Next(1, 2, 3)
		a.ExpectNext(1, 2, 3)
		b := flowtest.Subscribe(t, out, flowtest.WithDemand(3))
		b.ExpectNext(2, 3)
		up.Next(4)
		b.ExpectNext(4)
		a.Cancel()
		b.Cancel()
		synctest.Wait()
		require.Equal(t, 1, up.Cancelled())
		c := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.Equal(t, 2, up.Subscribed())
		require.Zero(t, c.Count(), "it begins anew")
		c.Cancel()
	})
}

// TestShareOutlivesTheContextOfTheFirst: each subscriber's own context ends
// that subscriber; the last one cancels the functions above.
func TestShareOutlivesTheContextOfTheFirst(t *testing.T) {
	for on, s := range schedulers {
		if on != "default" && on != "pool" {
			continue // one thread: the function that waits holds it up
		}
		synctest.Test(t, func(t *testing.T) {
			var waits bool
			out := operators.Share(operators.TryMap(endless(0), func(ctx context.Context, v int) (int, error) {
				select {
				case <-time.After(time.Second):
					return v, nil
				case <-ctx.Done():
					waits = true
					return 0, context.Cause(ctx)
				}
			}), 4, flow.Block)
			var all sync.WaitGroup
			for k := range 2 {
				ctx, cancel := context.WithTimeout(scheduler.With(t.Context(), s()), time.Duration(3*k+3)*time.Second-time.Millisecond)
				all.Go(func() {
					defer cancel()
					got, err := sinks.Slice(ctx, out)
					require.ErrorIs(t, err, context.DeadlineExceeded)
					require.Equal(t, numbersTo(3*k+2), got, "on %s", on)
				})
				synctest.Wait()
			}
			all.Wait()
			require.True(t, waits, "the call that waits was told")
		})
	}
}

// TestShareUnderFire: subscribers of one shared publisher come and go at
// random. Each sees a piece of the stream without a gap; upstream is subscribed
// once at a time.
func TestShareUnderFire(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 2))
	for round := range 10 {
		for on, newScheduler := range schedulers {
			var w watched
			s := newScheduler()
			capacity, keep := 1+rng.IntN(6), rng.IntN(3)
			out := operators.Share(w.publisher(), capacity, flow.Block)
			if keep > 0 {
				out = operators.Replay(w.publisher(), keep, capacity, flow.Block)
			}
			g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s))
			var all sync.WaitGroup
			for range 6 {
				visits := make([]int, 8)
				for i := range visits {
					visits[i] = rng.IntN(80)
				}
				visitor := func(ctx context.Context) error {
					for _, n := range visits {
						if err := visit(ctx, out, n); err != nil {
							t.Error(err)
						}
					}
					return nil
				}
				if on == "seeded" || round%2 == 0 {
					g.Go(func() error { return visitor(ctx) })
				} else {
					all.Go(func() { _ = visitor(scheduler.With(t.Context(), s)) })
				}
			}
			all.Wait()
			require.NoError(t, g.Wait())
			w.require(t)
			if t.Failed() {
				t.Fatalf("round %d on %s, capacity %d, keep %d, seed %d", round, on, capacity, keep, seed)
			}
		}
	}
}

// visit subscribes for some elements and leaves in one of three ways.
func visit(ctx context.Context, src publisher, n int) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := errors.New("enough")
	last, seen := -1, 0
	if n%3 == 0 {
		src = operators.Take(src, int64(n+1))
	}
	err := sinks.ForEach(ctx, src, func(_ context.Context, v int) error {
		if last >= 0 && v != last+1 {
			return fmt.Errorf("%d after %d", v, last)
		}
		last = v
		switch seen++; {
		case seen <= n:
		case n%3 == 1:
			cancel()
		case n%3 == 2:
			return stop
		}
		return nil
	})
	if errors.Is(err, stop) || errors.Is(err, context.Canceled) {
		return nil
	}
	if err == nil && n%3 != 0 && seen > 0 && last != lawSize-1 {
		return fmt.Errorf("completed at %d", last)
	}
	return err
}

func TestSharingArguments(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.Publish: nil source":                            func() { operators.Publish[int](nil, 1, flow.Block) },
		"operators.Publish: capacity 0, must be at least 1":        func() { operators.Publish(src, 0, flow.Block) },
		"operators.Publish: unknown strategy 9":                    func() { operators.Publish(src, 1, 9) },
		"operators.Share: capacity 2, flow.Latest keeps 1":         func() { operators.Share(src, 2, flow.Latest) },
		"operators.RefCount: nil source":                           func() { operators.RefCount[int](nil, 1) },
		"operators.RefCount: 0 subscribers, must be at least 1":    func() { operators.RefCount(operators.Publish(src, 1, flow.Block), 0) },
		"operators.Replay: 0 elements to keep, must be at least 1": func() { operators.Replay(src, 0, 1, flow.Block) },
		"operators.Connectable.Connect: nil Context":               func() { operators.Publish(src, 1, flow.Block).Connect(nil) }, //nolint:staticcheck // nil on purpose
		"operators.Replay: elements of type *flowtest.Token have Release, so they cannot be kept": func() {
			operators.Replay(sources.Of(new(flowtest.Token)), 1, 1, flow.Block)
		},
	} {
		require.PanicsWithValue(t, text, f)
	}
}
