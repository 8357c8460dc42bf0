package operators_test

import (
	"context"
	"errors"
	"fmt"
	"math"
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

// TestBatchSizes: all elements in order, in batches that are full but for the
// last, in one go and with a demand of one.
func TestBatchSizes(t *testing.T) {
	for _, s := range schedulers {
		for _, n := range []int{0, 1, 2, 3, 4, 255, 256, 257, lawSize} {
			for _, size := range []int{1, 2, 3, 10, 256, 300, 1 << 20} {
				for _, opts := range [][]operators.Option{nil, {operators.WithMaxWait(time.Hour)}} {
					ctx := scheduler.With(t.Context(), s())
					src := operators.Batch(sources.Slice(numbersTo(n)), size, opts...)
					want := slices.Collect(slices.Chunk(numbersTo(n), size))
					got, err := sinks.Slice(ctx, src)
					require.NoError(t, err)
					require.Equal(t, want, got)
					got = nil
					for v, err := range sinks.Seq(ctx, src) {
						require.NoError(t, err)
						got = append(got, v)
					}
					require.Equal(t, want, got)
				}
			}
		}
	}
}

// TestBatchesBelongToTheReceiver: it may change and keep them, while others are
// being made.
func TestBatchesBelongToTheReceiver(t *testing.T) {
	var kept [][]int
	for b, err := range sinks.Seq(t.Context(), operators.Batch(sources.Slice(numbersTo(lawSize)), 7)) {
		require.NoError(t, err)
		for _, k := range kept {
			require.Equal(t, []int{-1}, slices.Compact(slices.Clone(k)))
		}
		for i := range b {
			b[i] = -1
		}
		kept = append(kept, b, append(slices.Clip(b), -1))
	}
}

// TestBatchDemand: size elements for each batch that is demanded, and nothing
// without demand.
func TestBatchDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Batch(up, 10))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(2)
		synctest.Wait()
		require.EqualValues(t, 20, up.Requested())
		up.Next(numbersTo(13)...)
		synctest.Wait()
		require.Equal(t, 1, p.Count())
		require.EqualValues(t, 20, up.Requested())
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 50, up.Requested())
		up.NextBatch(numbersTo(37)...)
		synctest.Wait()
		require.Equal(t, 5, p.Count())
		require.EqualValues(t, 50, up.Requested())
		up.Complete()
		p.WaitDone() // without demand
		require.True(t, p.Completed())
	})
}

// demanded records the requests that reach a source without elements.
type demanded struct{ requests []int64 }

func (d *demanded) Subscribe(_ context.Context, s flow.Subscriber[int]) { s.OnSubscribe(d) }
func (d *demanded) Request(n int64)                                     { d.requests = append(d.requests, n) }
func (d *demanded) Cancel()                                             {}

// TestBatchDemandSaturates. (A foreign publisher is asked for 256 at a time.)
func TestBatchDemandSaturates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, opts := range [][]operators.Option{nil, {operators.WithMaxWait(ms)}} {
			var d demanded
			p := flowtest.Subscribe(t, operators.Batch[int](&d, 1<<20, opts...))
			p.Request(math.MaxInt64 >> 10)
			p.Request(math.MaxInt64 >> 1)
			p.Request(flow.Unbounded)
			synctest.Wait()
			require.Equal(t, []int64{256}, d.requests)
			p.Cancel()
			synctest.Wait()
		}
	})
}

// at emits 0, 1, 2 … each at its time after the start, and ends at the last
// one, with the error if that is not nil.
func at(err error, times ...time.Duration) publisher {
	return sources.Func(func(ctx context.Context, emit func(int) bool) error {
		start := time.Now()
		for i, d := range times {
			time.Sleep(d - time.Since(start))
			if i == len(times)-1 {
				return err
			}
			if !emit(i) {
				return nil
			}
		}
		return nil
	})
}

// timedBatch is a batch and when it came.
type timedBatch struct {
	at time.Duration
	vs []int
}

// TestBatchMaxWait: a batch comes when it is full or d after its first element.
func TestBatchMaxWait(t *testing.T) {
	for name, test := range map[string]struct {
		size  int
		times []time.Duration
		want  []timedBatch
	}{
		"time before size":      {3, []time.Duration{5 * ms, 6 * ms, 100 * ms}, []timedBatch{{15 * ms, []int{0, 1}}}},
		"size before time":      {2, []time.Duration{5 * ms, 6 * ms, 100 * ms}, []timedBatch{{6 * ms, []int{0, 1}}}},
		"nothing, no batch":     {3, []time.Duration{100 * ms}, nil},
		"one by one":            {3, []time.Duration{0, 20 * ms, 100 * ms}, []timedBatch{{10 * ms, []int{0}}, {30 * ms, []int{1}}}},
		"just before the time":  {3, []time.Duration{0, 10*ms - 1, 100 * ms}, []timedBatch{{10 * ms, []int{0, 1}}}},
		"just after the time":   {3, []time.Duration{0, 10*ms + 1, 100 * ms}, []timedBatch{{10 * ms, []int{0}}, {20*ms + 1, []int{1}}}},
		"anew after a full one": {2, []time.Duration{0, 9 * ms, 9 * ms, 100 * ms}, []timedBatch{{9 * ms, []int{0, 1}}, {19 * ms, []int{2}}}},
		"the rest at the end":   {3, []time.Duration{0, 1 * ms, 5 * ms}, []timedBatch{{5 * ms, []int{0, 1}}}},
		"full at the end":       {2, []time.Duration{0, 1 * ms, 5 * ms}, []timedBatch{{1 * ms, []int{0, 1}}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				var got []timedBatch
				src := operators.Batch(at(nil, test.times...), test.size, operators.WithMaxWait(10*ms))
				err := sinks.ForEach(t.Context(), src, func(_ context.Context, b []int) error {
					got = append(got, timedBatch{time.Since(start), b})
					return nil
				})
				require.NoError(t, err)
				require.Equal(t, test.want, got)
			})
		})
	}
}

// TestBatchFullAtItsTime: the element that fills it comes in the very moment of
// its time, and counts as before it. What follows has a time of its own.
func TestBatchFullAtItsTime(t *testing.T) {
	for seed := range uint64(50) {
		flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
			start := time.Now()
			var got []timedBatch
			src := operators.Batch(at(nil, 0, 10*ms, 10*ms, 100*ms), 2, operators.WithMaxWait(10*ms))
			err := sinks.ForEach(ctx, src, func(_ context.Context, b []int) error {
				got = append(got, timedBatch{time.Since(start), b})
				return nil
			})
			require.NoError(t, err)
			require.Equal(t, []timedBatch{{10 * ms, []int{0, 1}}, {20 * ms, []int{2}}}, got)
		})
	}
}

// TestBatchTimeRunsWhileOthersAreHandedOn: the time of a batch begins when its
// first element comes, also if that is in the middle of a slow hand-over.
func TestBatchTimeRunsWhileOthersAreHandedOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var got []timedBatch
		src := operators.FlatMapSlice(operators.Merge(8, sources.Of(3), sources.Never[int]()), numbersTo)
		p := flowtest.NewProbe[[]int](t)
		p.Each(func(b []int) {
			got = append(got, timedBatch{time.Since(start), b})
			time.Sleep(4 * ms)
		})
		operators.Batch(src, 2, operators.WithMaxWait(10*ms)).Subscribe(t.Context(), p.Subscriber())
		p.Request(flow.Unbounded)
		time.Sleep(time.Second)
		synctest.Wait()
		require.Equal(t, []timedBatch{{0, []int{0, 1}}, {10 * ms, []int{2}}}, got)
		p.Cancel()
		synctest.Wait()
	})
}

// TestBatchWithoutDemandAtItsTime goes on to fill, up to its size, and then
// waits; the next request takes it.
func TestBatchWithoutDemandAtItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Batch(up, 4, operators.WithMaxWait(10*ms)))
		p.Request(1)
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		up.Next(0)
		time.Sleep(10 * ms)
		synctest.Wait()
		p.ExpectNext([]int{0})
		up.Next(1, 2)
		time.Sleep(20 * ms)
		synctest.Wait()
		require.Equal(t, 1, p.Count(), "no demand")
		require.EqualValues(t, 4, up.Requested(), "no demand")
		up.Next(3)
		time.Sleep(20 * ms)
		synctest.Wait()
		require.Equal(t, 1, p.Count(), "no demand")
		p.Request(1)
		synctest.Wait()
		p.ExpectNext([]int{1, 2, 3})
		require.EqualValues(t, 4, up.Requested(), "nothing is demanded any more")
		p.Request(1)
		synctest.Wait()
		require.EqualValues(t, 8, up.Requested())
		up.Next(4, 5, 6, 7)
		synctest.Wait()
		p.ExpectNext([]int{4, 5, 6, 7})
		p.Cancel()
		synctest.Wait()
	})
}

// TestBatchAsksForOneAtATimeWithMaxWait, so that it never holds more than its
// size, however many times come before it is full.
func TestBatchAsksForOneAtATimeWithMaxWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Batch(up, 10, operators.WithMaxWait(ms)))
		p.Request(5)
		for i := range 5 {
			synctest.Wait()
			require.EqualValues(t, 10+i, up.Requested())
			up.Next(i)
			time.Sleep(ms)
		}
		synctest.Wait()
		require.Equal(t, 5, p.Count())
		up.Next(numbersTo(9)...)
		time.Sleep(ms)
		synctest.Wait()
		require.EqualValues(t, 14, up.Requested())
		p.Request(1)
		synctest.Wait()
		p.ExpectNext([]int{0}, []int{1}, []int{2}, []int{3}, []int{4}, numbersTo(9))
		p.Cancel()
		synctest.Wait()
	})
}

// TestBatchAtTheEnd: what is pending when upstream ends.
func TestBatchAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := func(demand int64) (*flowtest.Manual[int], *flowtest.Probe[[]int]) {
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.Batch(up, 3, operators.WithMaxWait(10*ms)))
			p.Request(demand)
			synctest.Wait()
			return up, p
		}
		// A rest waits for demand.
		up, p := start(1)
		up.Next(0)
		time.Sleep(10 * ms)
		synctest.Wait()
		up.Next(1)
		up.Complete()
		synctest.Wait()
		p.ExpectNext([]int{0})
		require.False(t, p.Completed())
		p.Request(1)
		synctest.Wait()
		p.ExpectNext([]int{1})
		p.ExpectComplete()

		// An error overtakes what is unfinished.
		up, p = start(2)
		up.Next(0, 1, 2, 3)
		up.Error(errStop)
		synctest.Wait()
		p.ExpectNext([]int{0, 1, 2})
		_ = p.ExpectError(errStop)

		// It does not overtake what only lacks demand.
		up, p = start(1)
		up.Next(0)
		time.Sleep(10 * ms)
		synctest.Wait()
		up.Next(1)
		time.Sleep(10 * ms)
		synctest.Wait()
		up.Error(errStop)
		synctest.Wait()
		require.NoError(t, p.Err())
		p.Request(1)
		synctest.Wait()
		p.ExpectNext([]int{0}, []int{1})
		_ = p.ExpectError(errStop)
	})
}

// TestBatchCancelStopsTheTimer: nothing comes, and the bubble has no timer
// left that would let time pass.
func TestBatchCancelStopsTheTimer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		for _, leave := range []func(*flowtest.Probe[[]int]){
			func(p *flowtest.Probe[[]int]) { p.Cancel() },
			func(*flowtest.Probe[[]int]) { cancel(errStop) },
		} {
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.Batch(up, 3, operators.WithMaxWait(10*ms)), flowtest.WithContext(ctx))
			p.Request(1)
			synctest.Wait()
			up.Next(0)
			synctest.Wait()
			leave(p)
			synctest.Wait()
			time.Sleep(time.Second)
			require.Zero(t, p.Count())
		}
	})
}

// TestBatchReleases every token once, whether it is in a batch or not.
func TestBatchReleases(t *testing.T) {
	for _, size := range []int{1, 7, 1000} {
		for _, end := range tokenEnds {
			for on, s := range schedulers {
				for _, at := range positions {
					r := &tokenRun{at: at, end: end}
					r.ctx, r.cancel = context.WithCancelCause(scheduler.With(t.Context(), s()))
					batches := operators.Batch(operators.Map(tokenSources["Seq"](&r.m), r.use), size)
					err := r.sink(operators.FlatMapSlice(operators.Async(batches, 2), func(b []*token) []*token { return b }))
					r.cancel(nil)
					if err != nil {
						require.ErrorIs(t, err, errStop)
					}
					r.m.require(t, fmt.Sprintf("%s on %s, size %d, end at %d", end, on, size, at))
				}
			}
		}
	}
}

// TestBatchLetsGoOfAnUnfinishedOne with the reason that fits.
func TestBatchLetsGoOfAnUnfinishedOne(t *testing.T) {
	for want, end := range map[flow.Reason]func(up *flowtest.Manual[*token], p *flowtest.Probe[[]*token], cancel func(error)){
		flow.Failed: func(up *flowtest.Manual[*token], _ *flowtest.Probe[[]*token], _ func(error)) {
			up.Error(errStop)
		},
		flow.Cancelled: func(_ *flowtest.Manual[*token], p *flowtest.Probe[[]*token], _ func(error)) { p.Cancel() },
	} {
		synctest.Test(t, func(t *testing.T) {
			var m mint
			up := flowtest.NewManual[*token](t)
			p := flowtest.Subscribe(t, operators.Batch(up, 3))
			p.Request(3)
			synctest.Wait()
			up.Next(m.token(0), m.token(1), m.token(2), m.token(3), m.token(4))
			synctest.Wait()
			end(up, p, nil)
			synctest.Wait()
			require.Equal(t, 1, p.Count())
			for i, tok := range m.all {
				if i < 3 {
					require.Zero(t, tok.released.Load())
					continue
				}
				require.EqualValues(t, 1, tok.released.Load())
				require.Equal(t, want, flow.Reason(tok.reason.Load()))
			}
		})
	}
}

// TestBatchPassesErrorsOn from a function above it.
func TestBatchPassesErrorsOn(t *testing.T) {
	for _, s := range schedulers {
		for _, at := range positions {
			src := operators.Map(sources.Slice(numbersTo(lawSize)), func(v int) int {
				if v == at {
					panic(errStop)
				}
				return v
			})
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Batch(src, 4))
			require.True(t, errors.Is(err, errStop))
			require.Equal(t, numbersTo(at-at%4), append([]int{}, slices.Concat(got...)...))
		}
	}
}
