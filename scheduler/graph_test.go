package scheduler_test

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler))
	goleak.VerifyTestMain(m)
}

var errTest = errors.New("test")

func TestGraphReturnsTheFirstErrorAndCancelsTheRest(t *testing.T) {
	g, ctx := scheduler.NewGraph(t.Context(), "g")
	g.Go(func() error {
		return sinks.Discard(ctx, sources.Never[int]()) // ends because the graph is cancelled
	})
	g.Go(func() error { return errTest })
	require.ErrorIs(t, g.Wait(), errTest)
	require.ErrorIs(t, context.Cause(ctx), errTest)
}

func TestGraphSurvivesAPanickingFunction(t *testing.T) {
	g, ctx := scheduler.NewGraph(t.Context(), "g")
	g.Go(func() error { return sinks.Discard(ctx, sources.Never[int]()) })
	g.Go(func() error { panic(errTest) })
	err := g.Wait()
	var p *flow.PanicError
	require.ErrorAs(t, err, &p)
	require.ErrorIs(t, err, errTest)
}

func TestWaitOfAnEmptyGraph(t *testing.T) {
	g, ctx := scheduler.NewGraph(t.Context(), "g")
	require.NoError(t, g.Wait())
	require.Error(t, ctx.Err())
}

// counter is a subscriber for streams without a goroutine.
type counter struct {
	n    atomic.Int64
	err  atomic.Pointer[error]
	done atomic.Bool
}

func (c *counter) OnSubscribe(s flow.Subscription) { s.Request(flow.Unbounded) }
func (c *counter) OnNext(int64)                    { c.n.Add(1) }
func (c *counter) OnError(err error)               { c.err.Store(&err) }
func (c *counter) OnComplete()                     { c.done.Store(true) }

func TestSubscribeIsCountedByWait(t *testing.T) {
	for name, s := range map[string]scheduler.Scheduler{
		"default": scheduler.Default(), "inline": scheduler.Inline(), "pool": scheduler.NewPool(2),
		"seeded": scheduler.NewSeeded(3),
	} {
		t.Run(name, func(t *testing.T) {
			g, _ := scheduler.NewGraph(t.Context(), "g", scheduler.On(s))
			var cs [10]counter
			for i := range cs {
				scheduler.Subscribe(g, operators.Async(sources.Range(0, 1000), 16), &cs[i])
			}
			require.NoError(t, g.Wait())
			for i := range cs {
				require.EqualValues(t, 1000, cs[i].n.Load())
				require.True(t, cs[i].done.Load())
			}
		})
	}
}

func TestSubscribedStreamGetsItsErrorAlone(t *testing.T) {
	g, _ := scheduler.NewGraph(t.Context(), "g")
	var bad, good counter
	scheduler.Subscribe(g, sources.Error[int64](errTest), &bad)
	scheduler.Subscribe(g, sources.Range(0, 10), &good)
	require.NoError(t, g.Wait())
	require.ErrorIs(t, *bad.err.Load(), errTest)
	require.True(t, good.done.Load())
}

// ticks emits 0, 1, 2 … one a millisecond, until its context ends.
func ticks() flow.Publisher[int] {
	return sources.Func(func(ctx context.Context, emit func(int) bool) error {
		for i := 0; ; i++ {
			select {
			case <-time.After(time.Millisecond):
			case <-ctx.Done():
				return ctx.Err()
			}
			if !emit(i) {
				return nil
			}
		}
	})
}

func TestDrainFlushesWhatIsInFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		var produced, got atomic.Int64
		src := operators.Map(ticks(), func(v int) int { produced.Add(1); return v })
		slow := operators.Async(src, 8)
		g.Go(func() error {
			return sinks.ForEach(ctx, slow, func(context.Context, int) error {
				time.Sleep(3 * time.Millisecond)
				got.Add(1)
				return nil
			})
		})
		time.Sleep(100 * time.Millisecond)
		report, err := g.Drain(t.Context())
		require.NoError(t, err)
		require.NoError(t, g.Wait())
		require.Equal(t, produced.Load(), got.Load(), "nothing in flight is lost")
		require.Greater(t, got.Load(), int64(30))
		require.Equal(t, scheduler.Report{Delivered: got.Load()}, report)
	})
}

func TestDrainReportsDrops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		var produced, got atomic.Int64
		src := operators.Map(ticks(), func(v int) int { produced.Add(1); return v })
		g.Go(func() error {
			return sinks.ForEach(ctx, operators.Buffer(src, 4, flow.DropOldest), func(context.Context, int) error {
				time.Sleep(10 * time.Millisecond)
				got.Add(1)
				return nil
			})
		})
		time.Sleep(200 * time.Millisecond)
		report, err := g.Drain(t.Context())
		require.NoError(t, err)
		require.NoError(t, g.Wait())
		require.Equal(t, produced.Load(), report.Delivered+report.Dropped, "the sum closes")
		require.Greater(t, report.Dropped, int64(100))
		require.Contains(t, report.String(), "dropped")
	})
}

func TestDrainThatRunsOutOfTimeNamesTheStage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		g.Go(func() error {
			return sinks.ForEach(ctx, operators.Async(ticks(), 4, operators.WithName("hop")),
				func(ctx context.Context, v int) error {
					if v == 5 {
						<-ctx.Done() // hangs
						return ctx.Err()
					}
					return nil
				})
		})
		time.Sleep(100 * time.Millisecond)
		drain, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		report, err := g.Drain(drain)
		require.ErrorIs(t, err, scheduler.ErrStuck)
		require.ErrorIs(t, err, context.DeadlineExceeded)
		require.Contains(t, report.Stuck, "hop")
		require.ErrorIs(t, g.Wait(), scheduler.ErrStuck)
	})
}

func TestSignalDrainsAndASecondOneCancels(t *testing.T) {
	for _, signals := range []int{1, 2} {
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		hung := make(chan struct{})
		g.Go(func() error {
			return sinks.ForEach(ctx, sources.Of(1), func(ctx context.Context, _ int) error {
				close(hung)
				if signals == 2 {
					<-ctx.Done()
				}
				return nil
			})
		})
		g.Go(func() error { return sinks.Discard(ctx, sources.Never[int]()) })
		stop := scheduler.DrainOnSignal(g, time.Minute, syscall.SIGUSR1)
		<-hung
		for range signals {
			require.NoError(t, syscall.Kill(syscall.Getpid(), syscall.SIGUSR1))
			if signals == 2 { // two of the same kind at once would be one
				<-flow.Draining(ctx)
			}
		}
		err := g.Wait()
		stop()
		if signals == 1 {
			require.NoError(t, err)
		} else {
			require.ErrorIs(t, err, scheduler.ErrSignal)
		}
	}
}

func TestCustomSourceLearnsOfADrain(t *testing.T) {
	g, ctx := scheduler.NewGraph(t.Context(), "g")
	started := make(chan struct{})
	last := 0
	g.Go(func() error {
		return sinks.ForEach(ctx, sources.Func(func(ctx context.Context, emit func(int) bool) error {
			emit(1)
			close(started)
			<-flow.Draining(ctx)
			return nil
		}), func(_ context.Context, v int) error { last = v; return nil })
	})
	<-started
	_, err := g.Drain(t.Context())
	require.NoError(t, err)
	require.NoError(t, g.Wait())
	require.Equal(t, 1, last)
}

func TestNilArgumentsPanicAtAssembly(t *testing.T) {
	g, _ := scheduler.NewGraph(t.Context(), "g")
	for name, f := range map[string]func(){
		"scheduler.NewGraph: nil context":     func() { scheduler.NewGraph(nil, "g") }, //nolint:staticcheck // on purpose
		"scheduler.Graph.Go: nil function":    func() { g.Go(nil) },
		"scheduler.On: nil scheduler":         func() { scheduler.On(nil) },
		"scheduler.Observe: nil observer":     func() { scheduler.Observe(nil) },
		"scheduler.Subscribe: nil graph":      func() { scheduler.Subscribe[int64](nil, sources.Range(0, 1), &counter{}) },
		"scheduler.Subscribe: nil publisher":  func() { scheduler.Subscribe(g, nil, flow.Subscriber[int64](&counter{})) },
		"scheduler.Subscribe: nil subscriber": func() { scheduler.Subscribe(g, sources.Range(0, 1), nil) },
		"scheduler.DrainOnSignal: nil graph":  func() { scheduler.DrainOnSignal(nil, time.Second) },
		"flow: nil Subscriber given to range": func() { sources.Range(0, 1).Subscribe(t.Context(), nil) },
		"flow: nil Context given to range":    func() { sources.Range(0, 1).Subscribe(nil, &counter{}) }, //nolint:staticcheck // on purpose
	} {
		require.PanicsWithValue(t, name, f)
	}
	require.NoError(t, g.Wait())
}
