package metrics

import (
	"os"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/weirgo/weir/flow"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// orders announces a stream with a source, a buffer and a sink to m, sink
// first, as a run does.
func orders(m *Metrics) {
	sink, buffer, source := new(flow.Stats), new(flow.Stats), new(flow.Stats)
	m.OnStage(flow.StageInfo{Stream: "orders", Stage: "ship", Kind: "foreach"}, sink)
	m.OnStage(flow.StageInfo{Stream: "orders", Stage: "queue", Kind: "buffer", Strategy: "drop-oldest", Capacity: 64}, buffer)
	m.OnStage(flow.StageInfo{Stream: "orders", Stage: "feed", Kind: "chan"}, source)

	source.Workers.Store(1)
	source.Out.Store(1000)
	source.Requested.Store(flow.Unbounded)
	source.RequestCalls.Store(1)
	spend(source, 2, 0, 8)

	buffer.Workers.Store(1)
	buffer.In.Store(1000)
	buffer.Out.Store(900)
	buffer.Requested.Store(930)
	buffer.RequestCalls.Store(12)
	buffer.Buffered.Store(30)
	buffer.Lost[flow.DroppedOld].Store(61)
	buffer.Lost[flow.Merged].Store(4)
	buffer.Lost[flow.Filtered].Store(2)
	buffer.Lost[flow.Cancelled].Store(2)
	buffer.Lost[flow.AfterEnd].Store(1)
	buffer.Errors[flow.OverflowError].Store(1)
	spend(buffer, 0.5, 7.5, 2)

	sink.Workers.Store(1)
	sink.In.Store(900)
	sink.Errors[flow.UserError].Store(3)
	sink.Errors[flow.PanicErrors].Store(1)
	spend(sink, 9.25, 0, 0.75)

	m.OnUndeliverable("orders", os.ErrClosed)
	m.OnUndeliverable("orders", os.ErrClosed)
}

// spend books seconds on the clock of a stage.
func spend(s *flow.Stats, busy, backpressured, idle float64) {
	for a, seconds := range map[flow.Activity]float64{flow.Busy: busy, flow.Backpressured: backpressured, flow.Idle: idle} {
		s.Time().Add(a, int64(seconds*float64(time.Second)))
	}
}

func TestGolden(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := New(reg)
	m.version = "v1.2.3"
	orders(m)

	f, err := os.Open("testdata/orders.prom")
	require.NoError(t, err)
	require.NoError(t, testutil.GatherAndCompare(reg, f))
	require.NoError(t, f.Close())
}

func TestLintIsClean(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	orders(New(reg))
	problems, err := testutil.GatherAndLint(reg)
	require.NoError(t, err)
	require.Empty(t, problems)
}

func TestSumCloses(t *testing.T) {
	m := New(nil)
	orders(m)
	b := m.Snapshot()[1]
	require.Equal(t, "queue", b.Stage)
	require.Equal(t, b.In, b.Out+b.Lost[flow.Filtered]+b.Dropped()+b.Lost[flow.Merged]+b.Discarded()+b.Buffered)
}

// Every reason and every kind of error has a place among the metrics.
func TestNothingIsForgotten(t *testing.T) {
	known := map[flow.Reason]bool{flow.Filtered: true, flow.Merged: true}
	for _, r := range dropReasons {
		known[r] = true
	}
	for _, r := range discardReasons {
		known[r] = true
	}
	require.Len(t, known, flow.ReasonsCount-1)
	require.Equal(t, int(flow.OverflowError)+1, len(new(flow.Stats).Errors))
}

func TestStageHasAtMost24Series(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := New(reg)
	before, err := testutil.GatherAndCount(reg)
	require.NoError(t, err)
	m.OnStage(flow.StageInfo{Stream: "s", Stage: "a", Strategy: "latest", Capacity: 1}, new(flow.Stats))
	after, err := testutil.GatherAndCount(reg)
	require.NoError(t, err)
	require.LessOrEqual(t, after-before-2, 24, "without the two of the stream")
}
