package metrics

import (
	"runtime/debug"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
)

// announce tells m of a stage of the stream s.
func announce(m *Metrics, stage string) *flow.Stats {
	stats := new(flow.Stats)
	m.OnStage(flow.StageInfo{Stream: "s", Stage: stage, Kind: "map"}, stats)
	return stats
}

func compare(t *testing.T, reg prometheus.Gatherer, want string, names ...string) {
	t.Helper()
	require.NoError(t, testutil.GatherAndCompare(reg, strings.NewReader(want), names...))
}

func TestSecondMetricsOfARegistryPanics(t *testing.T) {
	reg := prometheus.NewRegistry()
	New(reg)
	defer func() {
		text, _ := recover().(string)
		require.Contains(t, text, "metrics.New: the registry refuses the metrics of Weir; one Metrics serves all streams")
	}()
	New(reg)
}

func TestTwoMetricsBehindDifferentLabels(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	for _, zone := range []string{"a", "b"} {
		orders(New(prometheus.WrapRegistererWith(prometheus.Labels{"zone": zone}, reg)))
	}
	n, err := testutil.GatherAndCount(reg, "weir_stage_workers")
	require.NoError(t, err)
	require.Equal(t, 6, n)
}

func TestNoRegistry(t *testing.T) {
	m := New(nil)
	announce(m, "a").In.Store(3)
	require.EqualValues(t, 3, m.Snapshot()[0].In)
}

func TestWithMaxStagesRefusesNone(t *testing.T) {
	require.PanicsWithValue(t, "metrics.WithMaxStages: 0 stages, must be at least 1", func() { WithMaxStages(0) })
}

func TestStagesBeyondTheLimitFold(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := New(reg, WithMaxStages(2))
	for range 3 { // three runs
		for _, name := range []string{"a", "b", "c", "d"} {
			announce(m, name).In.Store(10)
		}
	}
	compare(t, reg, `
# HELP weir_series_dropped_total Times that a stage of a run had no series of its own and was added to the stage other.
# TYPE weir_series_dropped_total counter
weir_series_dropped_total{stream="s"} 6
# HELP weir_stage_elements_total Elements received and handed on.
# TYPE weir_stage_elements_total counter
weir_stage_elements_total{direction="in",stage="a",stream="s"} 30
weir_stage_elements_total{direction="in",stage="b",stream="s"} 30
weir_stage_elements_total{direction="in",stage="other",stream="s"} 60
weir_stage_elements_total{direction="out",stage="a",stream="s"} 0
weir_stage_elements_total{direction="out",stage="b",stream="s"} 0
weir_stage_elements_total{direction="out",stage="other",stream="s"} 0
`, "weir_series_dropped_total", "weir_stage_elements_total")
}

func TestStageCalledOtherDoesNotCollide(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := New(reg, WithMaxStages(1))
	announce(m, "other")
	announce(m, "a")
	_, err := reg.Gather()
	require.NoError(t, err)
	require.Len(t, m.Snapshot(), 1)
}

func TestInvalidUTF8DoesNotFailTheScrape(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := New(reg)
	for _, name := range []string{"a\xff", "a\xfe", "\"\n\\", "größe", ""} {
		s := new(flow.Stats)
		s.In.Store(1)
		m.OnStage(flow.StageInfo{Stream: name, Stage: name, Kind: name, Strategy: name}, s)
		m.OnUndeliverable(name, nil)
	}
	_, err := reg.Gather()
	require.NoError(t, err)
	all := m.Snapshot()
	require.Len(t, all, 4, "the two invalid names are one")
	require.Equal(t, "a\uFFFD", all[0].Stage)
	require.EqualValues(t, 2, all[0].In)
}

func TestDemandOutstanding(t *testing.T) {
	m := New(nil)
	first, second := announce(m, "a"), announce(m, "a")
	outstanding := func() int64 { return m.Snapshot()[0].Outstanding }

	first.Requested.Store(10)
	first.Out.Store(4)
	require.Zero(t, outstanding(), "no subscription is alive")
	first.Workers.Store(1)
	require.EqualValues(t, 6, outstanding())
	second.Workers.Store(1)
	second.Requested.Store(1)
	require.EqualValues(t, 7, outstanding())
	second.Requested.Store(flow.Unbounded)
	require.Equal(t, flow.Unbounded, outstanding())
	second.Workers.Store(0)
	require.EqualValues(t, 6, outstanding())
	require.Equal(t, flow.Unbounded, m.Snapshot()[0].Requested)
}

func TestDropsWithoutStrategyGoByReason(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := New(reg)
	s := announce(m, "ticks")
	s.Lost[flow.Replaced].Store(5)
	compare(t, reg, `
# HELP weir_stage_dropped_total Elements lost by overflow, each counted once.
# TYPE weir_stage_dropped_total counter
weir_stage_dropped_total{stage="ticks",strategy="replaced",stream="s"} 5
`, "weir_stage_dropped_total")
}

func TestVersion(t *testing.T) {
	of := func(b debug.BuildInfo) string { return versionIn(&b) }
	weir := debug.Module{Path: module, Version: "v0.3.0"}
	app := debug.Module{Path: "example.com/app", Version: "v9.0.0"}
	replaced := debug.Module{Path: module, Version: "v0.3.0", Replace: &debug.Module{Path: "../weir"}}
	require.Equal(t, "v0.3.0", of(debug.BuildInfo{Main: app, Deps: []*debug.Module{&weir}}))
	require.Equal(t, "v0.3.0", of(debug.BuildInfo{Main: weir}))
	require.Equal(t, "unknown", of(debug.BuildInfo{Main: app}))
	require.Equal(t, "unknown", of(debug.BuildInfo{Main: app, Deps: []*debug.Module{&replaced}}))
	require.NotEmpty(t, buildVersion())
}
