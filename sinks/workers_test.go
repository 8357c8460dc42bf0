package sinks_test

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
	"github.com/weirgo/weir/metrics"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

const ms = time.Millisecond

// inBubbles runs f in virtual time on every scheduler.
func inBubbles(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	for on, sched := range schedulers {
		t.Run(on, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, scheduler.With(t.Context(), sched())) })
		})
	}
	t.Run("simulated", func(t *testing.T) {
		for seed := range uint64(5) {
			flowtest.Simulate(t, seed, f)
		}
	})
}

func TestWorkersTakeEachElementOnce(t *testing.T) {
	for on, sched := range schedulers {
		for _, n := range []int64{0, 1, 2, 7, 9, 5000} {
			for _, workers := range []int{1, 2, 8, 300} {
				seen := make([]atomic.Int32, n)
				err := sinks.ForEach(scheduler.With(t.Context(), sched()), sources.Range(0, n), func(_ context.Context, v int64) error {
					seen[v].Add(1)
					return nil
				}, sinks.WithWorkers(workers))
				require.NoError(t, err)
				for v := range seen {
					require.EqualValues(t, 1, seen[v].Load(), "%d on %s with %d workers", v, on, workers)
				}
			}
		}
	}
}

// TestWorkersSpread: up to n calls at once, and no element waits while a
// worker is free.
func TestWorkersSpread(t *testing.T) {
	inBubbles(t, func(t *testing.T, ctx context.Context) {
		start := time.Now()
		var running, most atomic.Int32
		err := sinks.ForEach(ctx, sources.Range(0, 800), func(context.Context, int64) error {
			most.Store(max(most.Load(), running.Add(1)))
			time.Sleep(ms)
			running.Add(-1)
			return nil
		}, sinks.WithWorkers(8))
		require.NoError(t, err)
		require.Equal(t, 100*ms, time.Since(start))
		require.EqualValues(t, 8, most.Load())
	})
}

// TestWorkersDemand: n elements, and one for each call that has returned.
func TestWorkersDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		go1, done := make(chan struct{}), make(chan error)
		go func() {
			done <- sinks.ForEach(t.Context(), up, func(context.Context, int) error { <-go1; return nil }, sinks.WithWorkers(3))
		}()
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		up.Next(0, 1, 2)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		for i := range int64(3) {
			go1 <- struct{}{}
			synctest.Wait()
			require.EqualValues(t, 4+i, up.Requested())
		}
		up.Next(3)
		up.Complete()
		synctest.Wait()
		close(go1)
		require.NoError(t, <-done)
		require.EqualValues(t, 6, up.Requested())
	})
}

// TestWorkersFailure: the first error ends the context of the other calls, and
// the sink waits for them. What is counted is what f was given.
func TestWorkersFailure(t *testing.T) {
	for end, fail := range map[string]func() error{
		"error":  func() error { return errTest },
		"panic":  func() error { panic(errTest) },
		"goexit": func() error { runtime.Goexit(); return nil },
	} {
		t.Run(end, func(t *testing.T) {
			inBubbles(t, func(t *testing.T, ctx context.Context) {
				start := time.Now()
				collector := metrics.New(nil)
				var told, calls atomic.Int32
				g, ctx := scheduler.NewGraph(ctx, "g", scheduler.Observe(collector))
				g.Go(func() error {
					return sinks.ForEach(ctx, sources.Range(0, 100), func(ctx context.Context, v int64) error {
						calls.Add(1)
						if v == 3 {
							time.Sleep(ms)
							return fail()
						}
						<-ctx.Done()
						time.Sleep(time.Second)
						told.Add(1)
						return ctx.Err()
					}, sinks.WithWorkers(5), sinks.WithName("it"))
				})
				err := g.Wait()
				require.Equal(t, time.Second+ms, time.Since(start))
				require.EqualValues(t, 5, calls.Load())
				require.EqualValues(t, 4, told.Load())
				var p *flow.PanicError
				var s *flow.StageError
				switch end {
				case "error":
					require.ErrorAs(t, err, &s)
					require.Equal(t, "it", s.Stage)
					require.ErrorIs(t, err, errTest)
				case "panic":
					require.ErrorAs(t, err, &p)
					require.Equal(t, "it", p.Stage)
					require.ErrorIs(t, err, errTest)
				default:
					require.ErrorIs(t, err, flow.ErrGoexit)
				}
				for _, stats := range collector.Snapshot() {
					if stats.Stage == "it" {
						require.EqualValues(t, 5, stats.In)
					}
					require.Zero(t, stats.Buffered)
				}
			})
		})
	}
}

// TestWorkersUpstreamError: the calls for the elements before it return first.
func TestWorkersUpstreamError(t *testing.T) {
	inBubbles(t, func(t *testing.T, ctx context.Context) {
		var done atomic.Int32
		src := operators.Map(sources.Range(0, 10), func(v int64) int64 {
			if v == 7 {
				panic(errTest)
			}
			return v
		})
		err := sinks.ForEach(ctx, src, func(ctx context.Context, _ int64) error {
			time.Sleep(ms)
			if ctx.Err() == nil {
				done.Add(1)
			}
			return nil
		}, sinks.WithWorkers(20))
		require.ErrorIs(t, err, errTest)
		require.EqualValues(t, 7, done.Load())
	})
}

// TestWorkersContext: when the context ends, also after the last element, that
// is the sink's error, and it waits for the calls.
func TestWorkersContext(t *testing.T) {
	for name, src := range map[string]flow.Publisher[int64]{
		"endless": sources.Range(0, 1<<40), "over": sources.Range(0, 4), "slow": operators.Async(sources.Range(0, 100), 8),
	} {
		t.Run(name, func(t *testing.T) {
			inBubbles(t, func(t *testing.T, ctx context.Context) {
				start := time.Now()
				ctx, cancel := context.WithCancelCause(ctx)
				time.AfterFunc(ms, func() { cancel(errTest) })
				var calls, returned atomic.Int32
				err := sinks.ForEach(ctx, src, func(ctx context.Context, _ int64) error {
					calls.Add(1)
					<-ctx.Done()
					time.Sleep(time.Minute)
					returned.Add(1)
					return nil
				}, sinks.WithWorkers(4))
				require.ErrorIs(t, err, errTest)
				require.EqualValues(t, 4, calls.Load())
				require.EqualValues(t, 4, returned.Load())
				require.Equal(t, time.Minute+ms, time.Since(start))
			})
		})
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTest)
	err := sinks.ForEach(ctx, sources.Range(0, 4), func(context.Context, int64) error {
		return errors.New("called")
	}, sinks.WithWorkers(4))
	require.ErrorIs(t, err, errTest)
}

// workersElement is an element that must be dealt with once.
type workersElement struct{ given, released atomic.Int32 }

func (c *workersElement) Release(flow.Reason) { c.released.Add(1) }

// TestWorkersRelease: each element is given to f or released, and the sink's
// count says how many f was given.
func TestWorkersRelease(t *testing.T) {
	const n = 700
	for on, sched := range schedulers {
		for _, end := range []string{"complete", "error", "panic", "context"} {
			for _, k := range append(positions, 699) {
				elements := make([]workersElement, n)
				src := operators.Map(sources.Range(0, n), func(v int64) *workersElement { return &elements[v] })
				ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), sched()))
				g, ctx := scheduler.NewGraph(ctx, "g")
				var entered, panicked atomic.Int64
				g.Go(func() error {
					return sinks.ForEach(ctx, operators.Async(src, 16), func(_ context.Context, c *workersElement) error {
						entered.Add(1)
						c.given.Add(1)
						if c == &elements[k] {
							switch end {
							case "error":
								return errTest
							case "panic":
								panicked.Add(1)
								panic(errTest)
							case "context":
								cancel(errTest)
							}
						}
						return nil
					}, sinks.WithWorkers(5))
				})
				err := g.Wait()
				cancel(nil)
				if end == "complete" {
					require.NoError(t, err)
				} else if err != nil {
					require.ErrorIs(t, err, errTest)
				}
				made := 0
				for v := range elements {
					c := elements[v].given.Load() + elements[v].released.Load()
					require.LessOrEqual(t, c, int32(1), "element %d; %s at %d on %s", v, end, k, on)
					made += int(c)
				}
				require.GreaterOrEqual(t, made, int(entered.Load()))
			}
		}
	}
}

// TestWorkersCount: what a graph reports as delivered is what f has dealt with.
func TestWorkersCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		var calls atomic.Int64
		g.Go(func() error {
			return sinks.ForEach(ctx, sources.Range(0, 1<<40), func(context.Context, int64) error {
				calls.Add(1)
				time.Sleep(ms)
				return nil
			}, sinks.WithWorkers(8))
		})
		time.Sleep(10*ms + ms/2)
		report, err := g.Drain(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 88, calls.Load())
		require.EqualValues(t, 88, report.Delivered)
		require.Zero(t, report.Discarded)
	})
}

// sinkStats is an observer that keeps the counts of the sink.
type sinkStats struct {
	mu    sync.Mutex
	stats *flow.Stats
}

func (o *sinkStats) OnStage(s flow.StageInfo, stats *flow.Stats) {
	if s.Kind == "foreach" {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.stats = stats
	}
}

func (*sinkStats) OnUndeliverable(string, error) {}

// TestWorkersSumCloses: what the sink has received it has dealt with or lost,
// also in calls that fail, or return after the end of the stream.
func TestWorkersSumCloses(t *testing.T) {
	for name, in := range map[string]func(v int64, cancel func()) error{
		"nothing": func(int64, func()) error { return nil },
		"panic": func(v int64, _ func()) error {
			if v == 20 {
				panic(errSink)
			}
			return nil
		},
		"error": func(v int64, _ func()) error {
			if v == 20 {
				return errSink
			}
			return nil
		},
		"context": func(v int64, cancel func()) error {
			if v == 20 {
				cancel()
			}
			return nil
		},
	} {
		t.Run(name, func(t *testing.T) {
			inBubbles(t, func(t *testing.T, ctx context.Context) {
				var seen sinkStats
				ctx, cancel := context.WithCancelCause(ctx)
				defer cancel(nil)
				g, ctx := scheduler.NewGraph(ctx, "g", scheduler.Observe(&seen))
				g.Go(func() error {
					return sinks.ForEach(ctx, sources.Range(0, 100), func(_ context.Context, v int64) error {
						time.Sleep(time.Duration(1+v%7) * ms)
						return in(v, func() { cancel(errSink) })
					}, sinks.WithWorkers(8))
				})
				err := g.Wait()
				if name != "nothing" {
					require.ErrorIs(t, err, errSink)
				}
				n := seen.stats.Snapshot()
				out, failed := n.Out, n.Lost[flow.Failed]
				for _, lost := range n.Lost {
					out += lost
				}
				require.Equal(t, n.In, out, "%d are dealt with, lost are %v", n.Out, n.Lost)
				require.LessOrEqual(t, failed, int64(1))
			})
		})
	}
}

func TestWorkersArguments(t *testing.T) {
	require.PanicsWithValue(t, "sinks.WithWorkers: 0 workers, must be at least 1", func() { sinks.WithWorkers(0) })
}
