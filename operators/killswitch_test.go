package operators_test

import (
	"context"
	"errors"
	"reflect"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestKillSwitch ends all its streams, also without demand, and cancels what is
// above it, once; later ones end at once.
func TestKillSwitch(t *testing.T) {
	for _, want := range []error{nil, errStop} {
		synctest.Test(t, func(t *testing.T) {
			var k operators.KillSwitch
			a, b, c := flowtest.NewManual[int](t), flowtest.NewManual[int](t), flowtest.NewManual[int](t)
			pa := flowtest.Subscribe(t, operators.Killable(a, &k))
			pb := flowtest.Subscribe(t, operators.Killable(b, &k))
			pa.Request(3)
			a.Next(1, 2)
			synctest.Wait()
			require.EqualValues(t, 3, a.Requested(), "as it is")
			throw := func(err error) {
				if err == nil {
					k.Shutdown()
				} else {
					k.Abort(err)
				}
			}
			throw(want)
			throw(errOther) // too late
			synctest.Wait()
			late := flowtest.Subscribe(t, operators.Killable(c, &k))
			synctest.Wait()
			pa.ExpectNext(1, 2)
			for _, p := range []*flowtest.Probe[int]{pa, pb, late} {
				if want == nil {
					p.ExpectComplete()
				} else {
					require.Equal(t, want, p.Err())
				}
			}
			for _, up := range []*flowtest.Manual[int]{a, b, c} {
				require.Equal(t, 1, up.Cancelled())
			}
		})
	}
}

// TestKillSwitchForgets streams that have ended.
func TestKillSwitchForgets(t *testing.T) {
	var k operators.KillSwitch
	for on, s := range schedulers {
		ctx := scheduler.With(t.Context(), s())
		got, err := sinks.Slice(ctx, operators.Killable(sources.Of(1, 2), &k))
		require.NoError(t, err)
		require.Equal(t, []int{1, 2}, got, on)
		_, err = sinks.First(ctx, operators.Killable(sources.Of(1, 2), &k))
		require.NoError(t, err)
		_, err = sinks.Slice(ctx, operators.Killable(failing(1, errStop), &k))
		require.Equal(t, errStop, err)
	}
	require.True(t, reflect.ValueOf(&k).Elem().IsZero())
}

// TestKillSwitchFromManyGoroutines: one end for each stream, and no element
// after it.
func TestKillSwitchFromManyGoroutines(t *testing.T) {
	for range 200 {
		var k operators.KillSwitch
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				n := 0
				err := sinks.ForEach(t.Context(), operators.Killable(sources.Range(0, 1e9), &k),
					func(context.Context, int64) error { n++; return nil })
				require.ErrorIs(t, err, errStop)
			})
		}
		all.Go(func() { k.Abort(errStop) })
		all.Wait()
	}
}

// TestOnErrorComplete completes for what is ignored, and not for the end of the
// context.
func TestOnErrorComplete(t *testing.T) {
	for on, s := range schedulers {
		ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
		got, err := sinks.Slice(ctx, operators.OnErrorComplete(failing(3, errStop), func(err error) bool { return errors.Is(err, errStop) }))
		require.NoError(t, err, on)
		require.Equal(t, numbersTo(3), got)
		_, err = sinks.Slice(ctx, operators.OnErrorComplete(failing(3, errOther), func(err error) bool { return errors.Is(err, errStop) }))
		require.Equal(t, errOther, err, on)
		_, err = sinks.Slice(ctx, operators.OnErrorComplete(failing(3, errOther), func(error) bool { panic(errStop) }, operators.WithName("it")))
		require.EqualError(t, err, "it: panic: stop\nother", on)
		src := operators.OnErrorComplete(operators.Merge(1, sources.Of(1), sources.Never[int]()), func(error) bool { return true })
		err = sinks.ForEach(ctx, src, func(context.Context, int) error { cancel(errStop); return nil })
		require.Equal(t, errStop, err, on)
	}
}

// TestRetryHealthy: failures that are far apart do not add up.
func TestRetryHealthy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		attempts := 0
		src := sources.Func(func(ctx context.Context, emit func(int) bool) error {
			attempts++
			run := time.Minute
			if attempts > 10 {
				run = time.Minute - 1 // not healthy any more
			}
			timer := time.NewTimer(run)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-ctx.Done():
			}
			return errStop
		})
		err := sinks.Discard(t.Context(), operators.Retry(src, 2, operators.WithHealthyAfter(time.Minute), operators.WithName("it")))
		require.ErrorIs(t, err, errStop)
		require.ErrorContains(t, err, "it: attempt 3 failed: ")
		require.Equal(t, 12, attempts)
	})
}

func TestKillSwitchWrongArguments(t *testing.T) {
	for text, f := range map[string]func(){
		"operators.Killable: nil source":                   func() { operators.Killable[int](nil, new(operators.KillSwitch)) },
		"operators.Killable: nil switch":                   func() { operators.Killable(sources.Of(1), nil) },
		"operators.KillSwitch.Abort: nil error":            func() { new(operators.KillSwitch).Abort(nil) },
		"operators.OnErrorComplete: nil source":            func() { operators.OnErrorComplete[int](nil, func(error) bool { return true }) },
		"operators.OnErrorComplete: nil function":          func() { operators.OnErrorComplete(sources.Of(1), nil) },
		"operators.WithHealthyAfter: 0s, must be positive": func() { operators.WithHealthyAfter(0) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
