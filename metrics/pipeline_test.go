package metrics_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/metrics"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// A real pipeline, in virtual time: its counts are exact, and the time of each
// stage is that of the run.
func TestPipeline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		reg := prometheus.NewPedanticRegistry()
		m := metrics.New(reg)
		ctx := flow.WithObserver(flow.WithStream(t.Context(), "numbers"), m)

		start := time.Now()
		slow := operators.Map(sources.Range(1, 1000), func(v int64) int64 {
			time.Sleep(time.Millisecond)
			return v
		}, operators.WithName("slow"))
		even := operators.Filter(operators.Async(slow, 64), func(v int64) bool { return v%2 == 0 })
		n, err := sinks.Fold(ctx, even, 0, func(n int, _ int64) int { return n + 1 })
		wall := time.Since(start)
		require.NoError(t, err)
		require.Equal(t, 500, n)

		all := m.Snapshot()
		type counts struct {
			stage   string
			in, out int64
		}
		var got []counts
		for _, s := range all {
			got = append(got, counts{s.Stage, s.In, s.Out})
			require.InEpsilon(t, wall, s.Busy+s.Backpressured+s.Idle, 0.01, s.Stage)
			require.Zero(t, s.Workers, s.Stage)
			require.Zero(t, s.Buffered, s.Stage)
		}
		require.Equal(t, []counts{
			{"fold#5", 500, 500}, {"filter#4", 1000, 500}, {"async#3", 1000, 1000}, {"slow", 1000, 1000}, {"range#1", 0, 1000},
		}, got)
		require.EqualValues(t, 500, all[1].Lost[flow.Filtered])
		require.InEpsilon(t, wall, all[3].Busy, 0.01, "slow is busy all the time")
		require.Contains(t, metrics.Bottleneck(all), "slow limits the pipeline: busy 100 % of the time")

		_, err = reg.Gather()
		require.NoError(t, err)
	})
}
