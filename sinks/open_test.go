package sinks_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestGoexitWhileASinkSubscribes: Inline runs the island above a buffer that
// drops as soon as that asks for elements, on the goroutine of the sink. The stream is
// over when that goroutine is gone.
func TestGoexitWhileASinkSubscribes(t *testing.T) {
	for on, s := range schedulers {
		o := &counted{}
		ctx := scheduler.With(flow.WithObserver(t.Context(), o), s())
		src := operators.Buffer(operators.Map(sources.Range(0, 10), func(v int64) int64 {
			runtime.Goexit()
			return v
		}), 4, flow.DropOldest)
		var all sync.WaitGroup
		all.Go(func() { _ = sinks.Discard(ctx, src) })
		all.Wait()
		for kind, s := range o.all {
			require.True(t, s.Final.Load(), "%s on %s", kind, on)
			require.Zero(t, s.Workers.Load(), "%s on %s", kind, on)
		}
	}
}
