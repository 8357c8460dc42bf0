package sinks_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestLinesGoexitWhileAWorkerComes: the writer ends the sink's goroutine while
// a worker of the pool wants to run its island. Whoever cleans up after it lets
// the worker have it.
func TestLinesGoexitWhileAWorkerComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		lines := make(chan string, 1)
		lines <- "one"
		over := make(chan struct{})
		go func() {
			defer close(over)
			_ = sinks.Lines(scheduler.With(ctx, scheduler.NewPool(2)), sources.Chan(lines), writerFunc(func() {
				if ctx.Err() == nil {
					stop()
					synctest.Wait() // the worker has come
					runtime.Goexit()
				}
			}))
		}()
		<-over
	})
}
