package operators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
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

// napping returns a function that sleeps as long as its argument says, and
// returns early with the context's error.
func napping(of func(v int) time.Duration) func(context.Context, int) (int, error) {
	return func(ctx context.Context, v int) (int, error) {
		if !nap(ctx, of(v)) {
			return 0, ctx.Err()
		}
		return v, nil
	}
}

func nap(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// both are the two forms of a MapAsync.
func both(t *testing.T, f func(t *testing.T, opts ...operators.Option)) {
	t.Run("ordered", func(t *testing.T) { f(t) })
	t.Run("unordered", func(t *testing.T) { f(t, operators.Unordered()) })
}

func TestMapAsyncEmitsTheResults(t *testing.T) {
	double := func(_ context.Context, v int) (int, error) { return 2 * v, nil }
	both(t, func(t *testing.T, opts ...operators.Option) {
		for on, sched := range schedulers {
			for _, n := range []int{0, 1, 2, 7, 8, 9, 1000, 20_000} {
				for _, concurrency := range []int{1, 2, 8, 300} {
					src := operators.MapAsync(sources.Slice(numbersTo(n)), concurrency, double, opts...)
					got, err := sinks.Slice(scheduler.With(t.Context(), sched()), src)
					require.NoError(t, err)
					if len(opts) > 0 {
						slices.Sort(got)
					}
					require.Len(t, got, n, "%d at once on %s", concurrency, on)
					for i, v := range got {
						require.Equal(t, 2*i, v)
					}
				}
			}
			got := 0 // and one by one
			for _, err := range sinks.Seq(scheduler.With(t.Context(), sched()),
				operators.MapAsync(sources.Slice(numbersTo(lawSize)), 8, double, opts...)) {
				require.NoError(t, err)
				got++
			}
			require.Equal(t, lawSize, got)
		}
	})
}

// TestMapAsyncSpreads: calls that take long have a goroutine each, and no
// element waits while one is free.
func TestMapAsyncSpreads(t *testing.T) {
	both(t, func(t *testing.T, opts ...operators.Option) {
		inBubbles(t, func(t *testing.T, ctx context.Context) {
			start := time.Now()
			var running, most atomic.Int32
			src := operators.MapAsync(sources.Slice(numbersTo(800)), 8, func(_ context.Context, v int) (int, error) {
				most.Store(max(most.Load(), running.Add(1)))
				time.Sleep(ms)
				running.Add(-1)
				return v, nil
			}, opts...)
			got, err := sinks.Slice(ctx, src)
			require.NoError(t, err)
			require.Len(t, got, 800)
			require.Equal(t, 100*ms, time.Since(start))
			require.EqualValues(t, 8, most.Load())
		})
	})
}

// TestMapAsyncOrder: the first element takes longest. Ordered, the others wait
// for it and no further call begins; unordered, they go on.
func TestMapAsyncOrder(t *testing.T) {
	run := func(ctx context.Context, opts ...operators.Option) (order []int, at []time.Duration) {
		start := time.Now()
		src := operators.MapAsync(sources.Slice(numbersTo(6)), 3, napping(func(v int) time.Duration {
			if v == 0 {
				return 10 * ms
			}
			return time.Duration(v) * ms
		}), opts...)
		err := sinks.ForEach(ctx, src, func(_ context.Context, v int) error {
			order, at = append(order, v), append(at, time.Since(start))
			return nil
		})
		require.NoError(t, err)
		return order, at
	}
	inBubbles(t, func(t *testing.T, ctx context.Context) {
		order, at := run(ctx)
		require.Equal(t, []int{0, 1, 2, 3, 4, 5}, order)
		require.Equal(t, []time.Duration{10 * ms, 10 * ms, 10 * ms, 13 * ms, 14 * ms, 15 * ms}, at)
		order, at = run(ctx, operators.Unordered())
		require.Equal(t, []int{1, 2, 3, 4, 5, 0}, order)
		require.Equal(t, []time.Duration{1 * ms, 2 * ms, 4 * ms, 6 * ms, 9 * ms, 10 * ms}, at)
	})
}

// TestMapAsyncDemand: it asks for as many elements as there may be calls, and
// for one more for each result that it has handed on. Results wait for demand,
// and while they do no further call begins.
func TestMapAsyncDemand(t *testing.T) {
	both(t, func(t *testing.T, opts ...operators.Option) {
		synctest.Test(t, func(t *testing.T) {
			var calls atomic.Int32
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.MapAsync(up, 3, func(_ context.Context, v int) (int, error) {
				calls.Add(1)
				time.Sleep(ms)
				return v, nil
			}, opts...))
			up.WaitRequested(3)
			up.Next(0, 1, 2)
			time.Sleep(time.Second)
			require.EqualValues(t, 3, calls.Load())
			require.EqualValues(t, 3, up.Requested())
			require.Empty(t, p.Values())
			for n := 1; n <= 3; n++ {
				p.Request(1)
				synctest.Wait()
				require.Len(t, p.Values(), n)
				require.EqualValues(t, 3+n, up.Requested())
			}
			p.Request(2)
			synctest.Wait()
			require.EqualValues(t, 6, up.Requested())
			up.Next(3, 4, 5)
			time.Sleep(time.Second)
			require.Len(t, p.Values(), 5)
			require.EqualValues(t, 8, up.Requested())
			up.Complete()
			synctest.Wait()
			require.False(t, p.Completed())
			p.Request(1)
			p.WaitDone()
			require.True(t, p.Completed())
			require.ElementsMatch(t, numbersTo(6), p.Values())
		})
	})
}

// TestMapAsyncBound: also in chunks there is no more in it than is demanded,
// nor more than its description says.
func TestMapAsyncBound(t *testing.T) {
	both(t, func(t *testing.T, opts ...operators.Option) {
		for _, demand := range []int{1, 5, 40, 4000} {
			for _, concurrency := range []int{1, 8, 600} {
				var entered, left, most int // on one island
				counted := operators.Map(sources.Range(0, 50_000), func(v int64) int64 {
					entered++
					most = max(most, entered-left)
					return v
				})
				src := operators.MapAsync(counted, concurrency, func(_ context.Context, v int64) (int64, error) { return v, nil }, opts...)
				bound := flow.Describe(src).MaxElements
				require.EqualValues(t, max(2*concurrency, 512), bound)
				for _, err := range sinks.Seq(t.Context(), src, sinks.WithPrefetch(demand)) {
					require.NoError(t, err)
					left++
				}
				require.Equal(t, 50_000, left)
				// The loop counts an element after the demand for the next.
				require.LessOrEqual(t, most, max(concurrency, min(int(bound), demand))+demand)
				if demand > 512 && concurrency < 300 {
					require.Greater(t, most, concurrency, "no chunks")
				}
			}
		}
	})
}

var errCall = errors.New("call")

// TestMapAsyncFailure: an error of a call comes after the results before it,
// or with Unordered after those that are there; it ends the context of the
// other calls, and the stream when those have returned.
func TestMapAsyncFailure(t *testing.T) {
	run := func(t *testing.T, ctx context.Context, opts ...operators.Option) (got []int, stopped []int, took time.Duration, err error) {
		start := time.Now()
		var ends [10]atomic.Bool
		src := operators.MapAsync(sources.Slice(numbersTo(100)), 5, func(ctx context.Context, v int) (int, error) {
			if v == 3 {
				time.Sleep(2 * ms)
				return 0, errCall
			}
			d := time.Duration(5-v)*ms + ms/2 // 5.5, 4.5, 3.5, -, 1.5
			if v > 4 {
				d = time.Hour
			}
			if !nap(ctx, d) {
				ends[v].Store(true)
				time.Sleep(time.Second) // it takes its time
				return 0, ctx.Err()
			}
			return v, nil
		}, append(opts, operators.WithName("it"))...)
		err = sinks.ForEach(ctx, src, func(_ context.Context, v int) error { got = append(got, v); return nil })
		var s *flow.StageError
		require.ErrorAs(t, err, &s)
		require.Equal(t, "it", s.Stage)
		for v := range ends {
			if ends[v].Load() {
				stopped = append(stopped, v)
			}
		}
		return got, stopped, time.Since(start), err
	}
	inBubbles(t, func(t *testing.T, ctx context.Context) {
		got, stopped, took, err := run(t, ctx)
		require.ErrorIs(t, err, errCall)
		require.Equal(t, []int{0, 1, 2}, got)
		require.Empty(t, stopped) // 4 had returned, and waited for its turn
		require.Equal(t, 5*ms+ms/2, took)

		got, stopped, took, err = run(t, ctx, operators.Unordered())
		require.ErrorIs(t, err, errCall)
		require.Equal(t, []int{4}, got)
		require.Equal(t, []int{0, 1, 2, 5}, stopped)
		require.Equal(t, time.Second+2*ms, took)
	})
}

// TestMapAsyncFirstErrorWins: of two calls that fail, the error of the earlier
// element ends the stream, whichever fails first; the other one is reported.
func TestMapAsyncFirstErrorWins(t *testing.T) {
	inBubbles(t, func(t *testing.T, ctx context.Context) {
		var late atomic.Int32
		ctx = flow.WithObserver(ctx, undeliverables{&late})
		got, err := sinks.Slice(ctx, operators.MapAsync(sources.Slice(numbersTo(9)), 5, func(_ context.Context, v int) (int, error) {
			switch v {
			case 1:
				time.Sleep(3 * ms)
				return 0, errCall
			case 2:
				time.Sleep(ms)
				return 0, errors.New("later")
			}
			return v, nil
		}))
		require.ErrorIs(t, err, errCall)
		require.Equal(t, []int{0}, append(got, 0)[:1])
		require.EqualValues(t, 1, late.Load())
	})
}

type undeliverables struct{ n *atomic.Int32 }

func (undeliverables) OnStage(flow.StageInfo, *flow.Stats) {}
func (u undeliverables) OnUndeliverable(string, error)     { u.n.Add(1) }

// TestMapAsyncOneAtATime: where one call is allowed, none follows one that has
// failed, also in chunks.
func TestMapAsyncOneAtATime(t *testing.T) {
	for on, sched := range schedulers {
		for _, k := range positions {
			for end, f := range map[string]func() error{
				"error":  func() error { return errCall },
				"panic":  func() error { panic(errCall) },
				"goexit": func() error { runtime.Goexit(); return nil },
			} {
				var calls atomic.Int32
				src := operators.MapAsync(sources.Slice(numbersTo(lawSize)), 1, func(_ context.Context, v int) (int, error) {
					calls.Add(1)
					if v == k {
						return 0, f()
					}
					return v, nil
				}, operators.WithName("it"))
				var got []int
				err := sinks.ForEach(scheduler.With(t.Context(), sched()), src, func(_ context.Context, v int) error {
					got = append(got, v)
					return nil
				})
				require.Equal(t, numbersTo(k), append([]int{}, got...), "%s at %d on %s", end, k, on)
				require.EqualValues(t, k+1, calls.Load())
				var p *flow.PanicError
				switch end {
				case "panic":
					require.ErrorAs(t, err, &p)
					require.Equal(t, "it", p.Stage)
					require.Contains(t, string(p.Stack), "TestMapAsyncOneAtATime")
					fallthrough
				case "error":
					require.ErrorIs(t, err, errCall)
				default:
					require.ErrorIs(t, err, flow.ErrGoexit)
				}
			}
		}
	}
}

// TestMapAsyncUpstreamError comes after the results of the elements before it.
func TestMapAsyncUpstreamError(t *testing.T) {
	both(t, func(t *testing.T, opts ...operators.Option) {
		synctest.Test(t, func(t *testing.T) {
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.MapAsync(up, 3, napping(func(int) time.Duration { return ms }), opts...))
			up.WaitRequested(3)
			up.Next(0, 1)
			up.Error(errCall)
			time.Sleep(time.Second)
			p.Request(2)
			synctest.Wait()
			require.Len(t, p.Values(), 2)
			require.ErrorIs(t, p.Err(), errCall)
		})
	})
}

// TestMapAsyncEnds: when the context ends or the subscriber leaves, calls are
// told, none begins any more, and the sink returns when all have returned.
func TestMapAsyncEnds(t *testing.T) {
	both(t, func(t *testing.T, opts ...operators.Option) {
		for _, end := range []string{"context", "cancel", "has ended already"} {
			t.Run(end, func(t *testing.T) {
				inBubbles(t, func(t *testing.T, ctx context.Context) {
					start := time.Now()
					ctx, cancel := context.WithCancelCause(ctx)
					defer cancel(nil)
					var began, told, returned atomic.Int32
					src := operators.MapAsync(sources.Slice(numbersTo(100)), 8, func(ctx context.Context, v int) (int, error) {
						began.Add(1)
						defer returned.Add(1)
						if v < 8 {
							return v, nil
						}
						<-ctx.Done()
						told.Add(1)
						time.Sleep(time.Minute)
						return v, nil // too late
					}, opts...)
					switch end {
					case "cancel":
						for _, err := range sinks.Seq(ctx, src) {
							require.NoError(t, err)
							synctest.Wait()
							break
						}
						require.Less(t, began.Load(), int32(20))
					case "context":
						time.AfterFunc(time.Second, func() { cancel(errCall) })
						got, err := sinks.Slice(ctx, src)
						require.ErrorIs(t, err, errCall)
						require.Len(t, got, 8)
						require.EqualValues(t, 16, began.Load())
						require.EqualValues(t, 8, told.Load())
						require.Equal(t, time.Second+time.Minute, time.Since(start))
					default:
						cancel(errCall)
						_, err := sinks.Slice(ctx, src)
						require.ErrorIs(t, err, errCall)
						require.Zero(t, began.Load())
					}
					require.Equal(t, began.Load(), returned.Load())
				})
			})
		}
	})
}

// TestMapAsyncIdleHoldsNoGoroutine: goroutines go when there are no elements.
func TestMapAsyncIdleHoldsNoGoroutine(t *testing.T) {
	settled := func(want int) {
		for runtime.NumGoroutine() > want {
			runtime.Gosched()
		}
	}
	before := runtime.NumGoroutine()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	g, _ := scheduler.NewGraph(ctx, "idle")
	up := flowtest.NewManual[int](t)
	p := flowtest.NewProbe[int](t)
	scheduler.Subscribe(g, operators.MapAsync(up, 8, func(_ context.Context, v int) (int, error) { return v, nil }), p.Subscriber())
	p.Request(flow.Unbounded)
	for i := range 100 {
		up.WaitRequested(int64(i + 8))
		up.Next(i)
		p.WaitCount(i + 1)
		settled(before)
	}
	up.Complete()
	require.NoError(t, g.Wait())
}

// TestMapAsyncReplays: a seed repeats its run, also where calls take different
// times and some come at the same moment.
func TestMapAsyncReplays(t *testing.T) {
	for seed := range uint64(50) {
		trace := func() (log string) {
			flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
				for _, opts := range [][]operators.Option{nil, {operators.Unordered()}} {
					src := operators.MapAsync(sources.Slice(numbersTo(150)), 5, func(_ context.Context, v int) (int, error) {
						if d := v * 7 % 5; v > 50 && d > 0 {
							time.Sleep(time.Duration(d) * ms)
						}
						if seed%2 == 1 && (v == 120 || v == 121) {
							return 0, fmt.Errorf("at %d", v)
						}
						return v, nil
					}, opts...)
					err := sinks.ForEach(ctx, operators.Async(src, 4), func(_ context.Context, v int) error {
						log += fmt.Sprint(v, " ")
						return nil
					})
					log += fmt.Sprint(err, "\n")
				}
			}, scheduler.OnStep(func(s scheduler.Step) { log += fmt.Sprint(s) }))
			return log
		}
		require.Equal(t, trace(), trace(), "seed %d", seed)
	}
}
