package metrics_test

import (
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/metrics"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// numbers runs n elements through two islands under m, with so much work for
// each in the upper one, and returns how long that took.
func numbers(t *testing.T, m *metrics.Metrics, n int64, work time.Duration) (wall time.Duration) {
	t.Helper()
	ctx := flow.WithObserver(flow.WithStream(t.Context(), "numbers"), m)
	doubled := operators.Map(sources.Range(0, n, sources.WithName("range")), func(v int64) int64 {
		spin(work)
		return 2 * v
	}, operators.WithName("map"))
	fours := operators.Filter(doubled, func(v int64) bool { return v%4 == 0 }, operators.WithName("filter"))
	async := operators.Async(fours, 64, operators.WithName("async"))

	start := time.Now()
	sum, err := sinks.Fold(ctx, async, 0, func(sum, v int64) int64 { return sum + v }, sinks.WithName("fold"))
	wall = time.Since(start)
	require.NoError(t, err)
	require.Equal(t, n/2*(n/2-1)*2, sum)
	return wall
}

// spin keeps the processor busy for d.
func spin(d time.Duration) {
	for start := time.Now(); time.Since(start) < d; {
	}
}

func byStage(m *metrics.Metrics) map[string]metrics.StageSnapshot {
	all := make(map[string]metrics.StageSnapshot)
	for _, s := range m.Snapshot() {
		all[s.Stage] = s
	}
	return all
}

func total(s metrics.StageSnapshot) time.Duration { return s.Busy + s.Backpressured + s.Idle }

// Several runs add up without an element lost or counted twice.
func TestRunsCountExactly(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := metrics.New(reg)
	const n, runs = 1000, 50
	for range runs {
		numbers(t, m, n, 0)
	}
	all := byStage(m)
	require.Len(t, all, 5)
	const whole, half = int64(n * runs), int64(n * runs / 2)
	for stage, want := range map[string][2]int64{
		"range": {0, whole}, "map": {whole, whole}, "filter": {whole, half}, "async": {half, half}, "fold": {half, half},
	} {
		s := all[stage]
		require.Equal(t, want, [2]int64{s.In, s.Out}, stage)
		require.Zero(t, s.Workers, stage)
		require.Zero(t, s.Buffered, stage)
	}
	require.Equal(t, half, all["filter"].Lost[flow.Filtered])
	problems, err := testutil.GatherAndLint(reg)
	require.NoError(t, err)
	require.Empty(t, problems)
}

// In real time, busy, backpressured and idle of every stage add up to the time
// for which its island exists.
func TestTimesOfAnIslandAddUp(t *testing.T) {
	m := metrics.New(nil)
	wall := numbers(t, m, 40_000, 5*time.Microsecond)
	all := byStage(m)
	for _, island := range [][]string{{"range", "map", "filter"}, {"async", "fold"}} {
		for _, stage := range island {
			s := all[stage]
			require.InEpsilon(t, total(all[island[0]]), total(s), 0.01, stage)
			require.InEpsilon(t, wall, total(s), 0.01, stage)
		}
	}
	require.Greater(t, all["map"].Busy, wall/2)
	require.Greater(t, all["range"].Backpressured, wall/2)
	require.Greater(t, all["filter"].Idle, wall/2)
}

// A run that is over before the first publication is split as well.
func TestTimesOfShortRuns(t *testing.T) {
	m := metrics.New(nil)
	const n, runs, work = 100, 20, 5 * time.Microsecond
	for range runs {
		numbers(t, m, n, work)
	}
	s := byStage(m)["map"]
	t.Logf("busy %v backpressured %v idle %v", s.Busy, s.Backpressured, s.Idle)
	require.Greater(t, s.Busy, n*runs*work*3/4)
}
