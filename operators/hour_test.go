package operators_test

import (
	"context"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestAnHour: a source that is as fast as it may be, a sink that needs 7.2
// milliseconds for each of 500,000 elements, and a branch that samples them
// each second, for an hour. Memory stays what it was.
func TestAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const work, total = 7200 * time.Microsecond, 500_000
		start := time.Now()
		g, ctx := scheduler.NewGraph(t.Context(), "hour")
		outs := operators.Broadcast(sources.Range(0, total), 2, 16)
		main := operators.Async(operators.Map(outs[0], func(v int64) int64 { return v + 1 }), 64)
		samples := operators.Sample(outs[1], time.Second)

		sum, sampled, last := int64(0), 0, int64(-1)
		g.Go(func() error {
			return sinks.ForEach(ctx, main, func(_ context.Context, v int64) error {
				sum += v
				time.Sleep(work)
				return nil
			})
		})
		g.Go(func() error {
			return sinks.ForEach(ctx, samples, func(_ context.Context, v int64) error {
				require.Greater(t, v, last)
				sampled, last = sampled+1, v
				return nil
			})
		})
		var heap []uint64
		g.Go(func() error {
			return sinks.ForEach(ctx, operators.Take(sources.Ticker(10*time.Minute), 5), func(context.Context, int64) error {
				runtime.GC()
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				heap = append(heap, m.HeapAlloc)
				return nil
			})
		})
		require.NoError(t, g.Wait())
		require.Equal(t, time.Hour, time.Since(start))
		require.Equal(t, int64(total)*(total+1)/2, sum)
		require.InDelta(t, 3600, sampled, 2)
		require.Len(t, heap, 5)
		for _, h := range heap[1:] {
			require.InDelta(t, heap[0], h, 200_000, "bytes after each 10 minutes: %v", heap)
		}
		t.Log(heap)
	})
}
