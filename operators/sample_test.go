package operators_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestSample(t *testing.T) {
	each10 := func(p publisher) publisher { return operators.Sample(p, 10*ms) }
	last10 := func(p publisher) publisher { return operators.Sample(p, 10*ms, operators.WithLast()) }
	runTimed(t, []timedCase{
		{"none", "|@35", "all@0", "|@35", each10},
		{"the newest of each period", "1@1 2@5 3@15 4@18 5@19 |@35", "all@0", "2@10 5@20 |@35", each10},
		{"a period without one", "1@1 2@35 |@45", "all@0", "1@10 2@40 |@45", each10},
		{"at the start", "1@0 |@45", "all@0", "1@10 |@45", each10},
		{"before the tick", "1@5 2@9.999999 |@45", "all@0", "2@10 |@45", each10},
		{"at the tick", "1@5 2@10 |@45", "all@0", "2@10 |@45", each10},
		{"at the tick, alone", "1@10 2@20 |@45", "all@0", "1@10 2@20 |@45", each10},
		{"after the tick", "1@5 2@10.000001 |@45", "all@0", "1@10 2@20 |@45", each10},
		{"demand of one", "1@5 2@15 3@25 |@45", "1@0 1@11 1@33", "1@10 2@20 3@33 |@45", each10},
		{"no demand at the tick", "1@5 |@45", "1@13", "1@13 |@45", each10},
		{"no demand, and a newer one", "1@5 2@12 |@45", "1@13", "2@20 |@45", each10},
		{"no demand for long", "1@5 2@12 3@22 |@45", "1@43", "3@43 |@45", each10},
		{"demand at the tick", "1@5 |@45", "1@10", "1@10 |@45", each10},
		{"pending at completion", "1@5 2@15 |@17", "all@0", "1@10 |@17", each10},
		{"pending at completion, wanted", "1@5 2@15 |@17", "all@0", "1@10 2@17 |@17", last10},
		{"pending at completion, wanted, without demand", "1@5 2@15 |@17", "1@0 1@33", "1@10 2@33 |@33", last10},
		{"completion at the tick", "1@5 |@10", "all@0", "1@10 |@10", each10},
		{"completion before there was demand", "1@5 |@15", "1@22", "1@22 |@22", each10},
		{"pending at an error", "1@5 2@15 !@17", "all@0", "1@10 !@17", each10},
		{"pending at an error, wanted", "1@5 2@15 !@17", "all@0", "1@10 !@17", last10},
		{"an error without demand", "1@5 !@17", "1@30", "!@17", each10},
		{"cancel", "1@5", "all@0 x@7", "", each10},
		{"the context ends", "1@5", "all@0 ctx@7", "!@7", each10},
	})
}

// TestSampleDoesNotDrift: sample k comes at period k+1, of a period that is no
// multiple of anything, after which the source has no timer left.
func TestSampleDoesNotDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const period, per = 7_777_777, 3_000_001
		start := time.Now()
		src := operators.Throttle(sources.Range(0, 30_000), 1, per)
		last := time.Duration(0)
		require.NoError(t, sinks.ForEach(t.Context(), operators.Sample(src, period), func(_ context.Context, v int64) error {
			at := time.Since(start)
			require.Equal(t, last+period, at)
			require.Equal(t, int64(at/per), v, "the newest at %v", at)
			last = at
			return nil
		}))
	})
}
