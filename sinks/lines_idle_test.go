package sinks_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestLinesFlushesAlone: Lines flushes on its caller's goroutine, never while
// another one brings it elements. The race detector sees it.
func TestLinesFlushesAlone(t *testing.T) {
	for on, s := range schedulers {
		t.Run(on, func(t *testing.T) {
			const n = 2000
			src := sources.Func(func(_ context.Context, emit func(string) bool) error {
				for range n {
					if !emit("x") {
						return nil
					}
				}
				return nil
			})
			var b strings.Builder
			require.NoError(t, sinks.Lines(scheduler.With(t.Context(), s()), operators.Async(src, 1), &b))
			require.Equal(t, strings.Repeat("x\n", n), b.String())
		})
	}
}

// locked is a writer that is read while it is written to.
type locked struct {
	mu sync.Mutex
	b  strings.Builder
}

func (w *locked) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.Write(p)
}

func (w *locked) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b.String()
}

// TestLinesWritesWhatIsThereWhenTheStreamPauses, on whatever goroutine the
// elements came.
func TestLinesWritesWhatIsThereWhenTheStreamPauses(t *testing.T) {
	for on, s := range schedulers {
		if on == "seeded" {
			continue // it decides itself when nothing is due
		}
		t.Run(on, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				src := sources.Func(func(_ context.Context, emit func(string) bool) error {
					for _, v := range []string{"a", "b", "c"} {
						emit(v)
						time.Sleep(time.Second)
					}
					return nil
				})
				var b locked
				done := make(chan error, 1)
				go func() {
					done <- sinks.Lines(scheduler.With(t.Context(), s()), operators.Async(src, 4), &b)
				}()
				for _, want := range []string{"a\n", "a\nb\n", "a\nb\nc\n"} {
					synctest.Wait()
					require.Equal(t, want, b.String())
					time.Sleep(time.Second)
				}
				require.NoError(t, <-done)
			})
		})
	}
}
