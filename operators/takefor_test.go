package operators_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestTakeFor(t *testing.T) {
	for10 := func(p publisher) publisher { return operators.TakeFor(p, 10*ms) }
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", for10},
		{"nothing comes", "1@20", "all@0", "|@10", for10},
		{"before the time", "1@0 2@9.999999 3@20", "all@0", "1@0 2@9.999999 |@10", for10},
		{"at the time", "1@5 2@10 3@20", "all@0", "1@5 |@10", for10},
		{"after the time", "1@5 2@10.000001", "all@0", "1@5 |@10", for10},
		{"completion before", "1@5 |@7", "all@0", "1@5 |@7", for10},
		{"completion at the time", "1@5 |@10", "all@0", "1@5 |@10", for10},
		{"error before", "1@5 !@9.999999", "all@0", "1@5 !@9.999999", for10},
		{"error at the time", "1@5 !@10", "all@0", "1@5 |@10", for10},
		{"no demand", "1@5", "1@20", "|@10", for10},
		{"demand of one", "1@0 2@1 3@2", "1@3 1@4", "1@3 2@4 |@10", for10},
		{"demand at the time", "1@0 2@1 3@2", "1@3 1@10", "1@3 |@10", for10},
		{"cancel", "1@5", "all@0 x@7", "1@5", for10},
		{"the context ends", "1@5", "all@0 ctx@7", "1@5 !@7", for10},
		{"no time at all", "1@0", "all@0", "|@0", func(p publisher) publisher { return operators.TakeFor(p, 0) }},
		{"far away", "1@5 |@20", "all@0", "1@5 |@20", func(p publisher) publisher { return operators.TakeFor(p, 1<<63-1) }},
	})
}

// TestTakeForOnABusyIsland: the source holds the island up while it waits, so
// that the alarm is heard late.
func TestTakeForOnABusyIsland(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := sinks.Slice(t.Context(), operators.TakeFor(busyScript("1@5 2@9 3@17 4@30"), 10*ms))
		require.NoError(t, err)
		require.Equal(t, []int{1, 2}, got)
		require.Equal(t, 17*ms, time.Since(start))
	})
}

// TestTakeForCancelsUpstreamOnce, and asks for nothing that is not demanded.
func TestTakeForCancelsUpstreamOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.TakeFor(up, 10*ms))
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		time.Sleep(10 * ms)
		synctest.Wait()
		require.True(t, p.Completed())
		require.Equal(t, 1, up.Cancelled())
	})
}

// TestTakeForWhoseContextHasEnded fails, however short the time.
func TestTakeForWhoseContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	for _, d := range []time.Duration{time.Nanosecond, time.Hour} {
		_, err := sinks.Slice(ctx, operators.TakeFor(sources.Of(1), d))
		require.ErrorIs(t, err, errStop)
	}
}

// TestTakeForReasons: an element that comes too late is let go.
func TestTakeForReasons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m mint
		src := sources.Seq(func(yield func(*token) bool) {
			for n := 0; yield(m.token(n)); n++ {
				time.Sleep(ms)
			}
		})
		err := sinks.ForEach(t.Context(), operators.TakeFor(src, 3*ms), func(_ context.Context, tok *token) error {
			tok.consumed.Add(1)
			return nil
		})
		require.NoError(t, err)
		m.require(t, "")
		require.Len(t, m.all, 4)
		require.Equal(t, uint32(flow.Cancelled), m.all[3].reason.Load())
	})
}
