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

func TestDelay(t *testing.T) {
	by10 := func(p publisher) publisher { return operators.Delay(p, 8, 10*ms) }
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", by10},
		{"each by as much", "1@0 2@3 3@3.5 |@20", "all@0", "1@10 2@13 3@13.5 |@20", by10},
		{"completion with one pending", "1@5 |@7", "all@0", "1@15 |@15", by10},
		{"completion with some pending", "1@5 2@6 3@6 |@6", "all@0", "1@15 2@16 3@16 |@16", by10},
		{"completion at the time", "1@5 |@15", "all@0", "1@15 |@15", by10},
		{"completion without demand", "|@5", "1@20", "|@25", by10},
		{"error with one pending", "1@5 2@7 !@16", "all@0", "1@15 !@16", by10},
		{"error at the time", "1@5 2@7 !@15", "all@0", "1@15 !@15", by10},
		{"error at once", "1@5 !@5", "all@0", "!@5", by10},
		{"demand of one", "1@0 2@1 3@2 |@3", "1@0 1@30 1@31", "1@10 2@40 3@41 |@41", by10},
		{"no demand", "1@0 |@3", "1@20", "1@30 |@30", by10},
		{"cancel while one is pending", "1@5", "all@0 x@7", "", by10},
		{"cancel between two", "1@5 2@6", "all@0 x@15.5", "1@15", by10},
		{"the context ends", "1@5 2@6", "all@0 ctx@15.5", "1@15 !@15.5", by10},
		{
			"a capacity too small", "1@0 2@0 3@0 4@0 5@0 |@0", "all@0", "1@10 2@10 3@20 4@20 5@30 |@30",
			func(p publisher) publisher { return operators.Delay(p, 2, 10*ms) },
		},
		{
			"not at all", "1@0 2@3 |@5", "1@0 1@4", "1@0 2@4 |@5",
			func(p publisher) publisher { return operators.Delay(p, 2, 0) },
		},
	})
}

// TestDelayDemand: as many elements are asked for as are demanded and fit.
func TestDelayDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Delay(up, 4, 10*ms))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		up.Next(0, 1)
		time.Sleep(5 * ms)
		up.Next(2, 3)
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested(), "full")
		require.Zero(t, p.Count())
		time.Sleep(5 * ms)
		synctest.Wait()
		require.Equal(t, 2, p.Count())
		require.EqualValues(t, 6, up.Requested())
		time.Sleep(5 * ms)
		synctest.Wait()
		require.Equal(t, 4, p.Count())
		require.EqualValues(t, 6, up.Requested(), "all that is demanded")
		p.Cancel()
		synctest.Wait()
	})
}

// TestDelayOfMany: they come in order, in as little time as one.
func TestDelayOfMany(t *testing.T) {
	for _, capacity := range []int{lawSize, lawSize + 1, 1 << 30} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			got, err := sinks.Slice(t.Context(), operators.Delay(sources.Slice(numbersTo(lawSize)), capacity, time.Hour))
			require.NoError(t, err)
			require.Equal(t, numbersTo(lawSize), got)
			require.Equal(t, time.Hour, time.Since(start))
		})
	}
}

// TestDelayThroughARing that is full and goes round and round, and grows in
// between.
func TestDelayThroughARing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := operators.Throttle(integers(500), 1, ms)
		var late []time.Duration
		start := time.Now()
		err := sinks.ForEach(t.Context(), operators.Delay(src, 13, 10*ms), func(_ context.Context, v int) error {
			late = append(late, time.Since(start)-time.Duration(v)*ms)
			return nil
		})
		require.NoError(t, err)
		require.Len(t, late, 500)
		for _, d := range late {
			require.Equal(t, 10*ms, d)
		}
	})
}

// TestDelayReasons: what waits when the stream ends is let go.
func TestDelayReasons(t *testing.T) {
	for end, want := range map[string]flow.Reason{"fail": flow.Failed, "cancel": flow.Cancelled} {
		synctest.Test(t, func(t *testing.T) {
			var m mint
			up := flowtest.NewManual[*token](t)
			p := flowtest.Subscribe(t, operators.Delay(up, 8, time.Hour))
			p.Request(3)
			synctest.Wait()
			up.Next(m.token(0), m.token(1))
			synctest.Wait()
			if end == "fail" {
				up.Error(errStop)
			} else {
				p.Cancel()
			}
			synctest.Wait()
			m.require(t, end)
			for _, tok := range m.all {
				require.Equal(t, uint32(want), tok.reason.Load())
			}
		})
	}
}
