package operators_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// flaky fails for its element so many times.
type flaky struct{ calls, failures int }

func (f *flaky) call(_ context.Context, v int) (int, error) {
	if f.calls++; f.calls <= f.failures {
		return 0, errStop
	}
	return 10 * v, nil
}

// TestRetryCall: at most so many times again, and the last error tells how
// often.
func TestRetryCall(t *testing.T) {
	for failures := range 5 {
		for times := range 4 {
			f := &flaky{failures: failures}
			got, err := operators.RetryCall(f.call, int64(times))(t.Context(), 7)
			if failures <= times {
				require.NoError(t, err)
				require.Equal(t, 70, got)
				continue
			}
			require.EqualError(t, err, fmt.Sprintf("attempt %d failed: stop", times+1))
			require.ErrorIs(t, err, errStop)
			require.Equal(t, times+1, f.calls)
		}
	}
	f := &flaky{failures: 1000}
	got, err := operators.RetryCall(f.call, flow.Unbounded)(t.Context(), 1)
	require.NoError(t, err)
	require.Equal(t, 10, got)
}

// TestRetryCallNotRetried: what does not go away is returned as it is.
func TestRetryCallNotRetried(t *testing.T) {
	skip := fmt.Errorf("bad: %w", flow.ErrSkip)
	bug := flow.NewPanicError("it", "bug")
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(errOther)
	for name, test := range map[string]struct {
		ctx  context.Context
		err  error
		opts []operators.Option
	}{
		"skip":       {t.Context(), skip, []operators.Option{operators.WithRetryIf(func(error) bool { return true })}},
		"panic":      {t.Context(), bug, nil},
		"eof":        {t.Context(), io.EOF, nil},
		"rejected":   {t.Context(), errStop, []operators.Option{operators.WithRetryIf(func(error) bool { return false })}},
		"ctx before": {ended, errStop, nil},
	} {
		calls := 0
		_, err := operators.RetryCall(func(context.Context, int) (int, error) { calls++; return 0, test.err }, 5, test.opts...)(test.ctx, 1)
		require.Equal(t, test.err, err, name)
		require.Equal(t, 1, calls, name)
	}
	calls := 0
	_, err := operators.RetryCall(func(context.Context, int) (int, error) { calls++; return 0, bug }, 2,
		operators.WithRetryIf(func(error) bool { return true }))(t.Context(), 1)
	require.ErrorIs(t, err, bug)
	require.Equal(t, 3, calls)
}

// TestRetryCallWaits between attempts, no longer than it may, and the same with
// the same seed; the context ends the wait.
func TestRetryCallWaits(t *testing.T) {
	waits := func(seed uint64) (all []time.Duration) {
		synctest.Test(t, func(t *testing.T) {
			ctx := scheduler.With(t.Context(), scheduler.NewSeeded(seed))
			last := time.Now()
			_, err := operators.RetryCall(func(context.Context, int) (int, error) {
				all = append(all, time.Since(last))
				last = time.Now()
				return 0, errStop
			}, 5, operators.WithBackoff(time.Second, 5*time.Second))(ctx, 1)
			require.ErrorIs(t, err, errStop)
		})
		return all
	}
	first := waits(1)
	require.Len(t, first, 6)
	for k, most := range []time.Duration{1, 1e9, 2e9, 4e9, 5e9, 5e9} {
		require.Less(t, first[k], most)
	}
	require.Equal(t, first, waits(1))
	require.NotEqual(t, first, waits(2))

	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, errOther)
		defer cancel()
		start, calls := time.Now(), 0
		_, err := operators.RetryCall(func(context.Context, int) (int, error) { calls++; return 0, errStop },
			flow.Unbounded, operators.WithBackoff(time.Hour, time.Hour))(ctx, 1)
		require.ErrorIs(t, err, errStop)
		require.ErrorIs(t, err, errOther)
		require.LessOrEqual(t, time.Since(start), time.Minute)
		if calls == 1 {
			require.EqualError(t, err, "attempt 1 failed: stop: other")
		}
	})
}

// TestRetryCallInStages: in place, and in the order of the elements.
func TestRetryCallInStages(t *testing.T) {
	for on, s := range schedulers {
		for name, op := range map[string]func(publisher, func(context.Context, int) (int, error)) publisher{
			"TryMap": func(p publisher, f func(context.Context, int) (int, error)) publisher { return operators.TryMap(p, f) },
			"MapAsync": func(p publisher, f func(context.Context, int) (int, error)) publisher {
				return operators.MapAsync(p, 1, f)
			},
		} {
			tries := map[int]int{}
			f := operators.RetryCall(func(_ context.Context, v int) (int, error) {
				if tries[v]++; tries[v] <= v%3 {
					return 0, errStop
				}
				return v, nil
			}, 2)
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), op(sources.Slice(numbersTo(50)), f))
			require.NoError(t, err, "%s on %s", name, on)
			require.Equal(t, numbersTo(50), got)
		}
	}
}

// TestDeadLetter: what failed decides, for each element.
func TestDeadLetter(t *testing.T) {
	parse := func(_ context.Context, v int) (int, error) {
		if v%3 == 0 {
			return 0, errStop
		}
		return v, nil
	}
	for on, s := range schedulers {
		var dead []int
		ctx := scheduler.With(t.Context(), s())
		f := operators.DeadLetter(parse, func(_ context.Context, v int, err error) error {
			require.Equal(t, errStop, err)
			dead = append(dead, v)
			return nil
		})
		got, err := sinks.Slice(ctx, operators.TryMap(sources.Slice(numbersTo(10)), f))
		require.NoError(t, err)
		require.Equal(t, []int{1, 2, 4, 5, 7, 8}, got, on)
		require.Equal(t, []int{0, 3, 6, 9}, dead, on)

		f = operators.DeadLetter(parse, func(_ context.Context, v int, err error) error {
			if v == 6 {
				return errors.Join(errOther, err)
			}
			return flow.ErrSkip
		})
		got, err = sinks.Slice(ctx, operators.MapAsync(sources.Slice(numbersTo(10)), 1, f, operators.WithName("it")))
		require.EqualError(t, err, "it: other\nstop", on)
		require.Equal(t, []int{1, 2, 4, 5}, got, on)
	}
}

// TestSkipIsCounted, and the element told; one that was dealt with is not.
func TestSkipIsCounted(t *testing.T) {
	for on, s := range schedulers {
		for name, op := range map[string]func(tokens, func(context.Context, *token) (*token, error)) tokens{
			"TryMap": func(p tokens, f func(context.Context, *token) (*token, error)) tokens { return operators.TryMap(p, f) },
			"MapAsync": func(p tokens, f func(context.Context, *token) (*token, error)) tokens {
				return operators.MapAsync(p, 4, f)
			},
		} {
			var m mint
			books := &ledger{}
			ctx := flow.WithObserver(scheduler.With(t.Context(), s()), books)
			src := operators.Map(sources.Range(0, 300), func(n int64) *token { return m.token(int(n)) })
			f := operators.DeadLetter(func(_ context.Context, v *token) (*token, error) {
				if v.n%3 == 0 {
					return nil, errStop
				}
				return v, nil
			}, func(_ context.Context, v *token, _ error) error {
				if v.n%2 == 0 {
					return flow.ErrSkip
				}
				v.consumed.Add(1)
				return nil
			})
			require.NoError(t, sinks.ForEach(ctx, op(src, f), func(_ context.Context, v *token) error {
				v.consumed.Add(1)
				return nil
			}))
			m.require(t, name+" on "+on)
			for _, tok := range m.all {
				if tok.released.Load() > 0 {
					require.Equal(t, uint32(flow.Skipped), tok.reason.Load())
				}
			}
			books.require(t, nil, name+" on "+on)
			for k, info := range books.stages {
				if info.Kind == "trymap" || info.Kind == "mapasync" {
					require.EqualValues(t, 100, books.stats[k].Lost[flow.Skipped].Load())
				}
			}
		}
	}
}

// TestSkipNeedsNoDemand: what is left out is replaced, one for one.
func TestSkipNeedsNoDemand(t *testing.T) {
	for on, s := range schedulers {
		for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), operators.TryMap(sources.Slice(numbersTo(1000)), evenOnly)) {
			require.NoError(t, err, on)
			require.Zero(t, v%2)
			if v == 900 {
				break
			}
		}
	}
}

func TestRetryCallWrongArguments(t *testing.T) {
	f := func(context.Context, int) (int, error) { return 0, nil }
	for text, g := range map[string]func(){
		"operators.RetryCall: nil function":                      func() { operators.RetryCall[int, int](nil, 1) },
		"operators.RetryCall: negative count -1":                 func() { operators.RetryCall(f, -1) },
		"operators.DeadLetter: nil function":                     func() { operators.DeadLetter[int, int](nil, nil) },
		"operators.DeadLetter: nil function for what has failed": func() { operators.DeadLetter(f, nil) },
	} {
		require.PanicsWithValue(t, text, g)
	}
}
