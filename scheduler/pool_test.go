package scheduler_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
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

func TestPoolOfNoWorkersPanics(t *testing.T) {
	require.PanicsWithValue(t, "scheduler.NewPool: 0 workers, must be at least 1", func() { scheduler.NewPool(0) })
	require.PanicsWithValue(t, "scheduler.NewPool: -3 workers, must be at least 1", func() { scheduler.NewPool(-3) })
}

// busy is a head that could always go on. Each of its passes is a call of pass,
// until that returns false.
type busy struct {
	scheduler.Handle
	node flow.Node
	pass func() bool
}

func startBusy(ctx context.Context, pass func() bool) {
	b := &busy{node: flow.Node{Kind: "busy"}, pass: pass}
	b.Bind(scheduler.Enter(ctx), b)
	b.Ready()
	b.Start()
}

func (b *busy) Run(int) (emitted int, again bool) {
	if !b.pass() {
		b.Close()
		return 0, false
	}
	return 1, true
}

func (b *busy) Halt()                   {}
func (b *busy) Node() *flow.Node        { return &b.node }
func (b *busy) Meter() *scheduler.Meter { return nil }

// TestPoolIsFair: 1000 islands that are always ready share two workers. They
// get their turns one after the other, again and again: every one has its turn
// k before any has its turn k+2.
//
// The workers go in step, a pass each, so that the test does not depend on what
// else the machine does; the pass of an island that is in its turn is therefore
// not far behind the last one.
func TestPoolIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const islands, rounds = 1000, 5
		g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(scheduler.NewPool(2)))
		begin, meet, stop := make(chan struct{}), make(chan struct{}), make(chan struct{})
		var mu sync.Mutex
		var order []int // whose pass it was
		for i := range islands {
			startBusy(ctx, func() bool {
				<-begin // all are ready
				mu.Lock()
				if order = append(order, i); len(order) == islands*64*rounds {
					close(stop)
				}
				mu.Unlock()
				select {
				case meet <- struct{}{}:
				case <-meet:
				case <-stop:
					return false
				}
				return true
			})
		}
		close(begin)
		require.NoError(t, g.Wait())

		var turns, last [islands]int      // the number of turns, and where the last pass is
		having := map[int]int{0: islands} // how many have had k turns
		for at, i := range order {
			if turns[i] == 0 || at-last[i] > 4 { // another turn
				k := turns[i]
				if k > 0 {
					require.Zero(t, having[k-1], "islands without a turn %d when one has turn %d", k, k+1)
				}
				having[k]--
				having[k+1]++
				turns[i]++
			}
			last[i] = at
		}
		for _, n := range turns {
			require.GreaterOrEqual(t, n, rounds)
		}
	})
}

// TestPoolBoundsTurnsInTime: an island with slow functions does not get more
// time than one with quick ones.
func TestPoolBoundsTurnsInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(scheduler.NewPool(1)))
		var order []string
		begin := make(chan struct{})
		for name, cost := range map[string]time.Duration{"slow": time.Millisecond, "medium": 30 * time.Microsecond, "quick": 0} {
			startBusy(ctx, func() bool {
				<-begin
				time.Sleep(cost)
				order = append(order, name)
				return len(order) < 5000
			})
		}
		close(begin)
		require.NoError(t, g.Wait())
		longest := map[string]int{}
		for i, n := 0, 1; i < 5000; i, n = i+1, n+1 {
			longest[order[i]] = max(longest[order[i]], n)
			if i+1 < len(order) && order[i+1] != order[i] {
				n = 0
			}
		}
		require.Equal(t, map[string]int{"slow": 1, "medium": 4, "quick": 64}, longest)
	})
}

// TestPoolRunsAtMostNIslandsAtOnce, and as many if there are so many.
func TestPoolRunsAtMostNIslandsAtOnce(t *testing.T) {
	for _, n := range []int{1, 2, 3} {
		synctest.Test(t, func(t *testing.T) {
			g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(scheduler.NewPool(n)))
			var now, most atomic.Int64
			for range 20 {
				src := operators.Map(operators.Async(sources.Range(0, 100), 8), func(v int64) int64 {
					if k := now.Add(1); k > most.Load() {
						most.Store(k)
					}
					time.Sleep(time.Millisecond) // holds the worker
					now.Add(-1)
					return v
				})
				g.Go(func() error { return sinks.Discard(ctx, src) })
			}
			require.NoError(t, g.Wait())
			require.EqualValues(t, n, most.Load())
		})
	}
}

// mute is a subscriber that asks for nothing until it is told to.
type mute struct {
	counter
	sub flow.Subscription
}

func (m *mute) OnSubscribe(sub flow.Subscription) { m.sub = sub }

// TestWaitingOutsideTakesNoWorker: functions that wait for the outside, for
// demand, for other streams, and sinks that wait for elements, do not keep a
// pool of 2 from running other streams.
func TestWaitingOutsideTakesNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := scheduler.NewPool(2)
		g, ctx := scheduler.NewGraph(t.Context(), "waiting", scheduler.On(pool))
		outside := make(chan struct{})
		var demand [4]mute
		for i := range demand {
			g.Go(func() error {
				return sinks.Discard(ctx, sources.Func(func(_ context.Context, emit func(int) bool) error {
					<-outside
					emit(1)
					return nil
				}))
			})
			scheduler.Subscribe(g, sources.Func(func(_ context.Context, emit func(int64) bool) error {
				emit(1) // nobody asks for it
				return nil
			}), &demand[i])
			g.Go(func() error { return sinks.Discard(ctx, operators.Map(never(ctx), func(v int) int { return v })) })
			g.Go(func() error {
				<-outside
				return nil
			})
		}
		synctest.Wait()
		other, ctx := scheduler.NewGraph(t.Context(), "running", scheduler.On(pool))
		for range 10 {
			other.Go(func() error {
				n, err := sinks.Fold(ctx, operators.Async(sources.Range(0, 1000), 16), 0, func(n, _ int64) int64 { return n + 1 })
				require.EqualValues(t, 1000, n)
				return err
			})
		}
		require.NoError(t, other.Wait())
		close(outside)
		for i := range demand {
			demand[i].sub.Request(1)
		}
		synctest.Wait()
		_, err := g.Drain(t.Context())
		require.NoError(t, err)
		require.NoError(t, g.Wait())
		for i := range demand {
			require.EqualValues(t, 1, demand[i].n.Load())
		}
	})
}

// TestCallsThatWaitTakeNoWorker: 256 calls of MapAsync wait, and other streams
// of the pool go on.
func TestCallsThatWaitTakeNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pool := scheduler.NewPool(2)
		g, ctx := scheduler.NewGraph(t.Context(), "waiting", scheduler.On(pool))
		outside := make(chan struct{})
		var waiting atomic.Int64
		var mapped int64
		g.Go(func() (err error) {
			calls := operators.MapAsync(sources.Range(0, 1000), 256, func(context.Context, int64) (int64, error) {
				waiting.Add(1)
				<-outside
				return 1, nil
			})
			mapped, err = sinks.Fold(ctx, calls, 0, func(a, b int64) int64 { return a + b })
			return err
		})
		synctest.Wait()
		require.EqualValues(t, 256, waiting.Load())
		n, err := sinks.Fold(scheduler.With(t.Context(), pool), operators.Async(sources.Range(0, 1000), 16), 0,
			func(n, _ int64) int64 { return n + 1 })
		require.NoError(t, err)
		require.EqualValues(t, 1000, n)
		close(outside)
		require.NoError(t, g.Wait())
		require.EqualValues(t, 1000, mapped)
	})
}

// never is a stream of another kind than sources.Never: its function waits in
// a sink of the same pool.
func never(ctx context.Context) flow.Publisher[int] {
	return operators.Map(sources.Of(1), func(int) int {
		_ = sinks.Discard(ctx, sources.Never[int]())
		return 0
	})
}

// TestSinkInsideACoroutineOfAWorker: the iterator of a source runs a stream of
// the pool whose worker runs the iterator.
func TestSinkInsideACoroutineOfAWorker(t *testing.T) {
	ctx := scheduler.With(t.Context(), scheduler.NewPool(1))
	got, err := sinks.Slice(ctx, sources.Seq(func(yield func(int) bool) {
		for n := range 10 {
			inner, err := sinks.Slice(ctx, operators.Async(sources.Range(0, int64(n)), 2))
			if err != nil || !yield(len(inner)) {
				return
			}
		}
	}))
	require.NoError(t, err)
	require.Len(t, got, 10)
}

// TestIdlePoolHasNoGoroutine while 10,000 streams wait for demand.
func TestIdlePoolHasNoGoroutine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, _ := scheduler.NewGraph(t.Context(), "g", scheduler.On(scheduler.NewPool(4)))
		streams := make([]mute, 10_000)
		for i := range streams {
			scheduler.Subscribe(g, operators.Async(sources.Range(0, 10), 4), &streams[i])
		}
		for range 2 {
			synctest.Wait()
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			require.NotContains(t, string(stacks), "weir/scheduler.")
			for i := range streams {
				streams[i].sub.Request(5)
			}
		}
		require.NoError(t, g.Wait())
		for i := range streams {
			require.EqualValues(t, 10, streams[i].n.Load())
		}
	})
}

// TestPoolServesOneBubbleAfterTheOther: when a run is over, no worker looks for
// islands any more. One that did would find those of the next bubble.
func TestPoolServesOneBubbleAfterTheOther(t *testing.T) {
	pool := scheduler.NewPool(2)
	for range 200 {
		synctest.Test(t, func(t *testing.T) {
			got, err := sinks.Slice(scheduler.With(t.Context(), pool), operators.Async(ticksOf(3), 2))
			require.NoError(t, err)
			require.Len(t, got, 3)
		})
		got, err := sinks.Slice(scheduler.With(t.Context(), pool), operators.Async(sources.Range(0, 10), 2))
		require.NoError(t, err)
		require.Len(t, got, 10)
	}
}

func ticksOf(n int64) flow.Publisher[int] { return operators.Take(ticks(), n) }

// TestPoolUnderStress: many graphs at once whose streams end in every way.
// Nothing is left behind, every sink tells how its stream ended, and the pool
// still has all its workers afterwards.
func TestPoolUnderStress(t *testing.T) {
	for _, n := range []int{1, 2, 8} {
		flowtest.CheckLeaks(t)
		pool := scheduler.NewPool(n)
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for k := range 21 {
					stress(t, scheduler.With(t.Context(), pool), k)
				}
			})
		}
		all.Wait()
		requireWorkers(t, pool, n)
	}
}

// stress runs a graph whose streams end at about the k-th element. Every third
// graph is cancelled as a whole.
func stress(t *testing.T, ctx context.Context, k int) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	whole := k%3 == 0
	stream := func(at func()) flow.Publisher[int64] {
		src := operators.Async(sources.Range(0, 300), 1+k%5)
		return operators.Async(operators.Map(src, func(v int64) int64 {
			if v == int64(k) {
				at()
			}
			return v
		}), 16)
	}
	g, ctx := scheduler.NewGraph(ctx, "stress")
	run := func(want error, sink func() error) {
		g.Go(func() error {
			if err := sink(); !errors.Is(err, want) && (!whole || !errors.Is(err, errCancel)) {
				t.Errorf("a stream ended with %v, want %v", err, want)
			}
			return nil
		})
	}
	run(nil, func() error { return sinks.Discard(ctx, stream(func() {})) })
	run(errTest, func() error { return sinks.Discard(ctx, stream(func() { panic(errTest) })) })
	run(flow.ErrGoexit, func() error { return sinks.Discard(ctx, stream(runtime.Goexit)) })
	run(flow.ErrGoexit, func() error {
		return sinks.ForEach(ctx, stream(func() {}), func(_ context.Context, v int64) error {
			if v == int64(k) {
				runtime.Goexit()
			}
			return nil
		})
	})
	run(nil, func() error {
		own, stop := context.WithCancelCause(ctx)
		err := sinks.Discard(own, stream(func() { stop(errTest) }))
		if errors.Is(err, errTest) {
			return nil // unless it was over first
		}
		return err
	})
	run(nil, func() error {
		for v, err := range sinks.Seq(ctx, stream(func() {})) {
			if err != nil || v == int64(k) {
				return err
			}
		}
		return nil
	})
	var c counter
	scheduler.Subscribe(g, stream(func() {
		if whole {
			cancel(errCancel)
		}
	}), &c)
	if err := g.Wait(); err != nil || (!whole && c.n.Load() != 300) {
		t.Errorf("graph: %v, %d elements", err, c.n.Load())
	}
}

var errCancel = errors.New("cancelled")

// requireWorkers says that n islands run at once: each waits for the others.
func requireWorkers(t *testing.T, pool scheduler.Scheduler, n int) {
	g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(pool))
	var here sync.WaitGroup
	here.Add(n)
	for range n {
		src := operators.Map(sources.Of(1), func(v int) int {
			here.Done()
			here.Wait()
			return v
		})
		g.Go(func() error { return sinks.Discard(ctx, src) })
	}
	require.NoError(t, g.Wait())
}
