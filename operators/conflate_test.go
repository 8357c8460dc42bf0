package operators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
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

// TestConflateWithASlowReader, which comes at 1, 3.3, 5.6, 7.9 and 10.2
// milliseconds, for what came since.
func TestConflateWithASlowReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &stages{all: map[string]*flow.Stats{}}
		last := time.Duration(0)
		start := time.Now()
		src := operators.Map(ticking(10), func(v int) int { last = time.Since(start); return v })
		got, err := slowly(flow.WithObserver(t.Context(), o), operators.Conflate(src, add), 2300*time.Microsecond)
		require.NoError(t, err)
		require.Equal(t, []int{0, 1 + 2, 3 + 4, 5 + 6, 7 + 8 + 9}, got)
		require.Equal(t, 10*time.Millisecond, last, "the source is not held up")
		s := o.all["conflate"].Snapshot()
		require.EqualValues(t, 10, s.In)
		require.EqualValues(t, 5, s.Out)
		require.EqualValues(t, 5, s.Lost[flow.Merged])
	})
}

// TestConflateWithAReaderThatKeepsUp: each element comes alone.
func TestConflateWithAReaderThatKeepsUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		merge := func(int, int) int { t.Error("called"); return 0 }
		got, err := sinks.Slice(t.Context(), operators.Conflate(ticking(10), merge))
		require.NoError(t, err)
		require.Equal(t, numbersTo(10), got)
	})
}

// TestConflateWithoutDemand holds one, and gives it to the next request.
func TestConflateWithoutDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Conflate(up, add))
		synctest.Wait()
		up.Next(1)
		synctest.Wait()
		up.NextBatch(2, 3, 4)
		synctest.Wait()
		require.Zero(t, p.Count())
		p.Request(1)
		synctest.Wait()
		p.ExpectNext(10)
		up.Next(5)
		synctest.Wait()
		p.Request(2)
		synctest.Wait()
		up.Next(6)
		synctest.Wait()
		p.ExpectNext(5, 6)
		up.Next(7)
		up.Error(errStop)
		synctest.Wait()
		require.NoError(t, p.Err(), "behind what is pending")
		p.Request(1)
		synctest.Wait()
		p.ExpectNext(7)
		_ = p.ExpectError(errStop)
	})
}

// TestConflateLosesNothing: the sum of what comes out is that of what went in,
// however the two sides are interleaved.
func TestConflateLosesNothing(t *testing.T) {
	want := lawSize * (lawSize - 1) / 2
	for seed := range uint64(100) {
		flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
			total, err := sinks.Fold(ctx, operators.Conflate(sources.Slice(numbersTo(lawSize)), add), 0, add)
			require.NoError(t, err)
			require.Equal(t, want, total)
		})
	}
	for _, s := range schedulers {
		for range 50 {
			ctx := scheduler.With(t.Context(), s())
			total := 0
			for v, err := range sinks.Seq(ctx, operators.Conflate(sources.Slice(numbersTo(lawSize)), add)) {
				require.NoError(t, err)
				total += v
			}
			require.Equal(t, want, total)
		}
	}
}

// TestConflateEndsWithItsFunction: by a panic or Goexit, behind what was
// pending.
func TestConflateEndsWithItsFunction(t *testing.T) {
	for name, end := range map[string]func(){"panic": func() { panic(errStop) }, "goexit": runtime.Goexit} {
		for on, s := range schedulers {
			for _, at := range positions {
				var w watched
				ctx := scheduler.With(t.Context(), s())
				total, calls := 0, 0
				var err error
				var all sync.WaitGroup
				returned := false
				all.Go(func() {
					err = sinks.ForEach(ctx, operators.Conflate(w.publisher(), func(pending, v int) int {
						if v >= at {
							calls++
							end()
						}
						return pending + v
					}, operators.WithName("it")), func(_ context.Context, v int) error { total += v; return nil })
					returned = true
				})
				all.Wait()
				w.require(t)
				if !returned || calls == 0 { // it was the sink's goroutine, or the reader has kept up
					continue
				}
				what := fmt.Sprintf("%s on %s at %d", name, on, at)
				require.Equal(t, 1, calls, what)
				var p *flow.PanicError
				require.ErrorAs(t, err, &p, what)
				require.Equal(t, "it", p.Stage)
				// All before the one that failed are in the sum. It came at or
				// after the position, when those before had been handed on.
				k, sum := 1, 0 // the first is 0
				for ; sum < total; k++ {
					sum += k
				}
				require.Equal(t, sum, total, what)
				require.GreaterOrEqual(t, k, at, what)
			}
		}
	}
}

// TestConflateCallsNothingAfterTheEnd of the context or the subscriber.
func TestConflateCallsNothingAfterTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		for _, leave := range []func(*flowtest.Probe[int]){
			func(p *flowtest.Probe[int]) { p.Cancel() },
			func(*flowtest.Probe[int]) { cancel(errStop); synctest.Wait() },
		} {
			up := flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.Conflate(up, func(int, int) int { t.Error("called"); return 0 }),
				flowtest.WithContext(ctx))
			synctest.Wait()
			up.Next(1)
			synctest.Wait()
			leave(p)
			up.ForceNext(2, 3)
			synctest.Wait()
			require.Zero(t, p.Count())
		}
	})
}

// TestConflateReleases every token once: it is merged into the pending one,
// handed on, or let go.
func TestConflateReleases(t *testing.T) {
	for _, end := range append(tokenEnds, "panic in merge") {
		for on, s := range schedulers {
			for _, at := range positions {
				r := &tokenRun{at: at, end: end}
				r.ctx, r.cancel = context.WithCancelCause(scheduler.With(t.Context(), s()))
				merge := func(pending, v *token) *token {
					if v.consumed.Add(1); end == "panic in merge" && v.n >= at {
						panic(errStop)
					}
					return pending
				}
				err := r.sink(operators.Conflate(operators.Map(tokenSources["Seq"](&r.m), r.use), merge))
				r.cancel(nil)
				if err != nil {
					require.ErrorIs(t, err, errStop)
				}
				r.m.require(t, fmt.Sprintf("%s on %s, end at %d", end, on, at))
			}
		}
	}
}

// TestConflateInATangle of a merge that is slow, and a reader that comes and
// goes.
func TestConflateInATangle(t *testing.T) {
	for range 30 {
		src := operators.Conflate(sources.Slice(numbersTo(lawSize)), func(a, b int) int {
			runtime.Gosched()
			return a + b
		})
		n := 0
		for _, err := range sinks.Seq(t.Context(), src) {
			require.False(t, errors.Is(err, flow.ErrOverflow))
			if n++; n > 5 {
				break
			}
		}
	}
}
