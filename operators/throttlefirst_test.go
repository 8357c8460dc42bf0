package operators_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

func TestThrottleFirst(t *testing.T) {
	first10 := func(p publisher) publisher { return operators.ThrottleFirst(p, 10*ms) }
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", first10},
		{"the first at once", "1@0 |@5", "all@0", "1@0 |@5", first10},
		{"others are left out", "1@1 2@2 3@10.999999 |@20", "all@0", "1@1 |@20", first10},
		{"up to the time", "1@1 2@11 3@12 4@21 |@25", "all@0", "1@1 2@11 4@21 |@25", first10},
		{"time counts from the last that came out", "1@0 2@9 3@14 4@23 5@24 |@30", "all@0", "1@0 3@14 5@24 |@30", first10},
		{"no demand", "1@1 2@2 |@50", "1@30", "1@30 |@50", first10},
		{"no demand, and time counts from the emission", "1@1 2@2 3@35 4@40 |@50", "1@30 1@31", "1@30 4@40 |@50", first10},
		{"no demand after the first", "1@0 2@15 3@28 4@33 5@41 |@50", "1@0 1@30 1@40", "1@0 2@30 5@41 |@50", first10},
		{"pending at completion", "1@5 |@6", "1@30", "1@30 |@30", first10},
		{"pending at an error", "1@5 !@6", "1@30", "!@6", first10},
		{"an error while others are left out", "1@5 2@6 !@7", "all@0", "1@5 !@7", first10},
		{"cancel", "1@5 2@16", "all@0 x@7", "1@5", first10},
		{"the context ends", "1@5 2@16", "all@0 ctx@7", "1@5 !@7", first10},
		{"the context ends while one is held", "1@5", "ctx@7", "!@7", first10},
	})
}

// TestThrottleFirstReasons: an element learns why it was let go. There is no
// timer that tells when the time is over: the next element does.
func TestThrottleFirstReasons(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m mint
		up := flowtest.NewManual[*token](t)
		p := flowtest.Subscribe(t, operators.ThrottleFirst(up, 10*ms))
		synctest.Wait()
		up.Next(m.token(0), m.token(1))
		up.NextBatch(m.token(2), m.token(3))
		synctest.Wait()
		p.Request(5)
		synctest.Wait()
		up.NextBatch(m.token(4), m.token(5))
		synctest.Wait()
		require.Equal(t, 1, p.Count())
		up.Complete()
		synctest.Wait()
		require.True(t, p.Completed())
		want := []flow.Reason{0, flow.DroppedNew, flow.DroppedNew, flow.DroppedNew, flow.Filtered, flow.Filtered}
		for i, tok := range m.all {
			require.Equal(t, uint32(want[i]), tok.reason.Load(), i)
		}
	})
}
