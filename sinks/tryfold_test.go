package sinks_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestTryFold(t *testing.T) {
	try := func(_ context.Context, a, b int64) (int64, error) { return a + b, nil }
	for _, n := range []int64{0, 1, 2, 300} {
		for shape, src := range sourcesOf(n) {
			total, err := sinks.TryFold(t.Context(), src, 1000, try)
			require.NoError(t, err)
			require.Equal(t, 1000+n*(n-1)/2, total, shape)
		}
		total, err := sinks.TryFold(t.Context(), upTo(n), 1000, try)
		require.ErrorIs(t, err, errSink)
		require.Equal(t, 1000+n*(n-1)/2, total, "the result so far")
	}
}

// TestTryFoldStopsAtAnError, a panic or Goexit of its function, with the result
// so far.
func TestTryFoldStopsAtAnError(t *testing.T) {
	for name, end := range map[string]func() error{
		"error":  func() error { return errSink },
		"panic":  func() error { panic(errSink) },
		"goexit": func() error { runtime.Goexit(); return nil },
	} {
		for on, s := range schedulers {
			for shape, src := range sourcesOf(300) {
				for _, k := range positions {
					calls, returned := int64(0), false
					var total int64
					var err error
					var all sync.WaitGroup
					all.Go(func() {
						total, err = sinks.TryFold(scheduler.With(t.Context(), s()), src, 0, func(_ context.Context, a, v int64) (int64, error) {
							if calls++; v == k {
								return -1, end()
							}
							return a + v, nil
						}, sinks.WithName("it"))
						returned = true
					})
					all.Wait()
					require.Equal(t, k+1, calls, "%s on %s, %s at %d", name, on, shape, k)
					if !returned {
						require.Equal(t, "goexit", name)
						continue
					}
					require.Equal(t, k*(k-1)/2, total)
					var p *flow.PanicError
					var e *flow.StageError
					switch name {
					case "error":
						require.ErrorAs(t, err, &e)
						require.Equal(t, "it", e.Stage)
						require.ErrorIs(t, err, errSink)
					default:
						require.ErrorAs(t, err, &p)
						require.Equal(t, "it", p.Stage)
					}
				}
			}
		}
	}
}

// TestTryFoldContext ends when the stream does; the function is not called when
// it has ended before.
func TestTryFoldContext(t *testing.T) {
	var inside context.Context
	_, err := sinks.TryFold(t.Context(), sources.Of(1, 2), 0, func(ctx context.Context, a, b int) (int, error) {
		inside = ctx
		return a + b, ctx.Err()
	})
	require.NoError(t, err)
	require.Error(t, inside.Err())

	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errSink)
	total, err := sinks.TryFold(ctx, sources.Of(1, 2), 7, func(context.Context, int, int) (int, error) {
		t.Error("called")
		return 0, nil
	})
	require.ErrorIs(t, err, errSink)
	require.Equal(t, 7, total)
}

func TestWrongArgumentsOfPlainSinksPanic(t *testing.T) {
	ctx := t.Context()
	var none context.Context
	src, c := sources.Of(1), make(chan int)
	try := func(_ context.Context, a, b int) (int, error) { return a + b, nil }
	for text, f := range map[string]func(){
		"sinks.TryFold: nil context":  func() { _, _ = sinks.TryFold(none, src, 0, try) },
		"sinks.TryFold: nil source":   func() { _, _ = sinks.TryFold(ctx, nil, 0, try) },
		"sinks.TryFold: nil function": func() { _, _ = sinks.TryFold[int, int](ctx, src, 0, nil) },
		"sinks.Chan: nil context":     func() { _ = sinks.Chan(none, src, c) },
		"sinks.Chan: nil source":      func() { _ = sinks.Chan(ctx, nil, c) },
		"sinks.Chan: nil channel":     func() { _ = sinks.Chan(ctx, src, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
