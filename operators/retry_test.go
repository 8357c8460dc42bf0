package operators_test

import (
	"context"
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

// TestRetryAtEveryElement: each attempt emits what it has, whatever is asked
// for at a time, and the last error tells how many there were.
func TestRetryAtEveryElement(t *testing.T) {
	for on, s := range schedulers {
		for how, src := range map[string]func(int) publisher{
			"native":  func(k int) publisher { return failing(k, errStop) },
			"async":   func(k int) publisher { return operators.Async(failing(k, errStop), 3) },
			"foreign": func(k int) publisher { return flowtest.Fail(errStop, numbersTo(k)...) },
		} {
			for _, k := range []int{0, 1, 2, 3, 7, 20, 255, 256, 257} {
				for _, times := range []int64{0, 1, 2, 5} {
					for _, prefetch := range []int{1, 2, 7, 5000} {
						ctx := scheduler.With(t.Context(), s())
						var got []int
						var end error
						for v, err := range sinks.Seq(ctx, operators.Retry(src(k), times), sinks.WithPrefetch(prefetch)) {
							if end = err; err == nil {
								got = append(got, v)
							}
						}
						var want []int
						for range times + 1 {
							want = append(want, numbersTo(k)...)
						}
						require.Equal(t, want, got, "%s on %s, %d elements, prefetch %d", how, on, k, prefetch)
						require.ErrorIs(t, end, errStop)
						require.EqualError(t, end, fmt.Sprintf("retry#%d: attempt %d failed: stop", stagesOf(src(k))+1, times+1))
						var e *flow.StageError
						require.ErrorAs(t, end, &e)
					}
				}
			}
		}
	}
}

func stagesOf(src publisher) int { return len(flow.Describe(src).Stages) }

// TestRetryCarriesDemandOver to the next attempt, exactly.
func TestRetryCarriesDemandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Retry(up, flow.Unbounded))
		p.Request(5)
		up.Next(1, 2)
		up.Error(errStop)
		synctest.Wait()
		require.Equal(t, 2, up.Subscribed())
		require.EqualValues(t, 3, up.Requested())
		p.Request(1)
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		up.Error(errStop)
		synctest.Wait()
		up.Next(1, 2, 3, 4)
		up.Complete()
		p.ExpectNext(1, 2, 1, 2, 3, 4)
		p.ExpectComplete()
		require.Equal(t, 3, up.Subscribed())
	})
}

// TestRetryIf: what is permanent passes at once and as it is.
func TestRetryIf(t *testing.T) {
	for on, s := range schedulers {
		var asked []error
		src := operators.Retry(failing(2, errStop), 9, operators.WithRetryIf(func(err error) bool {
			asked = append(asked, err)
			return len(asked) < 3
		}))
		got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
		require.Equal(t, errStop, err, on)
		require.Equal(t, []int{0, 1, 0, 1, 0, 1}, got)
		require.Equal(t, []error{errStop, errStop, errStop}, asked)
	}
}

// TestRetryOfPanics: a panic is retried on demand only.
func TestRetryOfPanics(t *testing.T) {
	calls := 0
	broken := operators.Map(sources.Of(1), func(int) int { calls++; panic(errStop) })
	_, err := sinks.Slice(t.Context(), operators.Retry(broken, 3))
	require.ErrorIs(t, err, errStop)
	require.Equal(t, 1, calls)
	_, err = sinks.Slice(t.Context(), operators.Retry(broken, 3, operators.WithRetryIf(func(error) bool { return true })))
	require.ErrorIs(t, err, errStop)
	require.Equal(t, 1+4, calls)
}

// TestRetryPredicateThatPanics: neither error is lost.
func TestRetryPredicateThatPanics(t *testing.T) {
	_, err := sinks.Slice(t.Context(), operators.Retry(sources.Error[int](errStop), 3,
		operators.WithRetryIf(func(error) bool { panic(errOther) }), operators.WithName("again")))
	require.ErrorIs(t, err, errStop)
	require.ErrorIs(t, err, errOther)
	var p *flow.PanicError
	require.ErrorAs(t, err, &p)
	require.Equal(t, "again", p.Stage)
}

// TestRetryPredicateGoexit ends the stream, and with it the goroutine.
func TestRetryPredicateGoexit(t *testing.T) {
	verifyGoexit(t, operators.Retry(failing(2, errStop), 3,
		operators.WithRetryIf(func(error) bool { runtime.Goexit(); return true })), 2)
}

// attempts is a publisher that fails, and notes when it was subscribed.
type attempts struct {
	mu   sync.Mutex
	at   []time.Duration
	zero time.Time
	err  error
}

func newAttempts() *attempts { return &attempts{zero: time.Now(), err: errStop} }

func (a *attempts) publisher() publisher {
	return sources.Defer(func(context.Context) (publisher, error) {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.at = append(a.at, time.Since(a.zero))
		return nil, a.err
	})
}

func (a *attempts) times() []time.Duration {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.at
}

// TestBackoffIsJitteredInFull: a wait is shorter than the bound for its number,
// anywhere from nothing up; the seed repeats it.
func TestBackoffIsJitteredInFull(t *testing.T) {
	bounds := []int{1, 2, 4, 8, 10, 10, 10} // seconds
	waits := func(seed uint64) (all []time.Duration) {
		flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
			a := newAttempts()
			_, err := sinks.Slice(ctx, operators.Retry(a.publisher(), int64(len(bounds)),
				operators.WithBackoff(time.Second, 10*time.Second)))
			require.ErrorIs(t, err, errStop)
			at := a.times()
			require.Len(t, at, len(bounds)+1)
			require.Zero(t, at[0])
			for i, bound := range bounds {
				all = append(all, at[i+1]-at[i])
				require.Less(t, all[i], time.Duration(bound)*time.Second, "wait %d of seed %d", i+1, seed)
			}
		})
		return all
	}
	const seeds = 100
	low, high := make([]time.Duration, len(bounds)), make([]time.Duration, len(bounds))
	for seed := range uint64(seeds) {
		all := waits(seed)
		for i, w := range all {
			if seed == 0 || w < low[i] {
				low[i] = w
			}
			high[i] = max(high[i], w)
		}
		if seed < 5 {
			require.Equal(t, all, waits(seed), "seed %d", seed)
		}
	}
	for i, bound := range bounds {
		require.Less(t, low[i], time.Duration(bound)*time.Second/8, "shortest wait %d", i+1)
		require.Greater(t, high[i], time.Duration(bound)*time.Second*7/8, "longest wait %d", i+1)
	}
}

// TestRetryWaitEnds with the context, with Cancel, and with a drain; no attempt
// follows.
func TestRetryWaitEnds(t *testing.T) {
	hour := operators.WithBackoff(1000*time.Hour, 1000*time.Hour)
	synctest.Test(t, func(t *testing.T) {
		a := newAttempts()
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Second, errOther)
		defer cancel()
		_, err := sinks.Slice(ctx, operators.Retry(a.publisher(), 1, hour))
		require.Equal(t, errOther, err)
		require.Equal(t, time.Second, time.Since(a.zero))
		require.Len(t, a.times(), 1)
	})
	synctest.Test(t, func(t *testing.T) {
		a := newAttempts()
		p := flowtest.Subscribe(t, operators.Retry(a.publisher(), 1, hour))
		synctest.Wait()
		p.Request(1) // a pass without an attempt
		synctest.Wait()
		p.Cancel()
		time.Sleep(2000 * time.Hour)
		require.Len(t, a.times(), 1)
	})
	synctest.Test(t, func(t *testing.T) {
		a := newAttempts()
		g, ctx := scheduler.NewGraph(t.Context(), "drain")
		g.Go(func() error { return sinks.Discard(ctx, operators.Retry(a.publisher(), 1, hour)) })
		synctest.Wait()
		_, err := g.Drain(t.Context())
		require.NoError(t, err)
		require.NoError(t, g.Wait())
		require.Zero(t, time.Since(a.zero))
		require.Len(t, a.times(), 1)
	})
}

// TestRetryWithoutDemand makes its attempts, since errors need none.
func TestRetryWithoutDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAttempts()
		p := flowtest.Subscribe(t, operators.Retry(a.publisher(), 3, operators.WithBackoff(time.Second, time.Second)))
		p.ExpectError(errStop)
		require.Len(t, a.times(), 4)
	})
}

// TestRetryOfTheContext: a source that fails because the context has ended, and
// is faster than the event, is not tried again.
func TestRetryOfTheContext(t *testing.T) {
	for on, s := range schedulers {
		ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
		calls := 0
		src := sources.Defer(func(ctx context.Context) (publisher, error) {
			calls++
			cancel(errOther)
			return nil, context.Cause(ctx)
		})
		_, err := sinks.Slice(ctx, operators.Retry(src, flow.Unbounded))
		require.Equal(t, errOther, err, on)
		require.Equal(t, 1, calls)
	}
}

// TestRetryOfAnotherContext: a deadline of the source's own is an error like
// any other.
func TestRetryOfAnotherContext(t *testing.T) {
	got, err := sinks.Slice(t.Context(), operators.Retry(failing(1, context.DeadlineExceeded), 1))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, []int{0, 0}, got)
	require.ErrorContains(t, err, "attempt 2 failed")
}

func TestRetryWrongArguments(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.Retry: nil source":                                   func() { operators.Retry[int](nil, 1) },
		"operators.Retry: negative count -1":                            func() { operators.Retry(src, -1) },
		"operators.WithRetryIf: nil function":                           func() { operators.WithRetryIf(nil) },
		"operators.WithBackoff: first wait 0s, must be positive":        func() { operators.WithBackoff(0, 1) },
		"operators.WithBackoff: first wait -1s, must be positive":       func() { operators.WithBackoff(-time.Second, 1) },
		"operators.WithBackoff: most 1s is less than the first wait 2s": func() { operators.WithBackoff(2*time.Second, time.Second) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}

// verifyGoexit runs a stream whose user function calls runtime.Goexit after n
// elements.
func verifyGoexit(t *testing.T, src publisher, n int) {
	t.Helper()
	for on, s := range schedulers {
		ctx := scheduler.With(t.Context(), s())
		var err error
		var got []int
		returned := false
		done := make(chan struct{})
		go func() {
			defer close(done)
			err = sinks.ForEach(ctx, operators.Async(src, 4), func(_ context.Context, v int) error {
				got = append(got, v)
				return nil
			})
			returned = true
		}()
		<-done
		if returned { // else it was the sink's own goroutine
			require.ErrorIs(t, err, flow.ErrGoexit, on)
			require.Equal(t, numbersTo(n), append([]int{}, got...))
		}
	}
}
