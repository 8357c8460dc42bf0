package operators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestMapErrorMaps once, after the elements.
func TestMapErrorMaps(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range []int{0, 1, 2, 300} {
			calls := 0
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.MapError(failing(k, errStop), func(err error) error {
				calls++
				return fmt.Errorf("mapped: %w", err)
			}))
			require.EqualError(t, err, "mapped: stop", on)
			require.ErrorIs(t, err, errStop)
			require.Len(t, got, k)
			require.Equal(t, 1, calls)
		}
	}
}

// TestMapErrorKeeps the error for which there is none, and is not called where
// there is none.
func TestMapErrorKeeps(t *testing.T) {
	_, err := sinks.Slice(t.Context(), operators.MapError(failing(1, errStop), func(error) error { return nil }))
	require.Equal(t, errStop, err)
	got, err := sinks.Slice(t.Context(), operators.MapError(sources.Of(1, 2), func(error) error { panic("called") }))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, got)
}

// TestMapErrorThatFails joins its panic with the error.
func TestMapErrorThatFails(t *testing.T) {
	_, err := sinks.Slice(t.Context(), operators.MapError(failing(1, errStop), func(error) error { panic(errOther) },
		operators.WithName("it")))
	require.EqualError(t, err, "it: panic: other\nstop")
	require.ErrorIs(t, err, errStop)
	require.ErrorIs(t, err, errOther)

	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = sinks.Slice(t.Context(), operators.MapError(failing(1, errStop), func(error) error { runtime.Goexit(); return nil }))
	}()
	<-done
	src := operators.Recover(operators.Async(operators.MapError(failing(1, errStop),
		func(error) error { runtime.Goexit(); return nil }), 4), func(err error) (int, error) {
		require.ErrorIs(t, err, flow.ErrGoexit)
		return 7, nil
	})
	got, err := sinks.Slice(t.Context(), src)
	require.NoError(t, err)
	require.Equal(t, []int{0, 7}, got)
}

// TestMapErrorContext: the end of the context is no error of the source, also
// where it had ended before.
func TestMapErrorContext(t *testing.T) {
	for on, s := range schedulers {
		ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
		src := operators.MapError(operators.Merge(1, sources.Of(1), sources.Never[int]()), func(error) error { return errOther })
		err := sinks.ForEach(ctx, src, func(context.Context, int) error { cancel(errStop); return nil })
		require.Equal(t, errStop, err, on)
		require.Equal(t, errStop, sinks.Discard(ctx, src))
	}
}

// TestMapErrorOfWhatPanics above.
func TestMapErrorOfWhatPanics(t *testing.T) {
	_, err := sinks.Slice(t.Context(), operators.MapError(failingAt(2), func(err error) error {
		var p *flow.PanicError
		require.ErrorAs(t, err, &p)
		return errors.Join(errOther, err)
	}))
	require.ErrorIs(t, err, errOther)
}
