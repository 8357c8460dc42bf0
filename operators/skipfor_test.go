package operators_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

func TestSkipFor(t *testing.T) {
	for10 := func(p publisher) publisher { return operators.SkipFor(p, 10*ms) }
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", for10},
		{"before the time", "1@0 2@9.999999 3@20 4@21 |@30", "all@0", "3@20 4@21 |@30", for10},
		{"at the time", "1@5 2@10 |@30", "all@0", "2@10 |@30", for10},
		{"demand of one", "1@0 2@5 3@20 4@21 |@22", "1@0 1@30", "3@20 4@30 |@30", for10},
		{"completion before", "1@0 |@5", "all@0", "|@5", for10},
		{"error before", "1@0 !@5", "1@0", "!@5", for10},
		{"cancel", "1@5", "all@0 x@7", "", for10},
		{"the context ends", "1@5", "all@0 ctx@7", "!@7", for10},
		{"no time at all", "1@0 |@5", "all@0", "1@0 |@5", func(p publisher) publisher { return operators.SkipFor(p, 0) }},
	})
}

// TestSkipForDemand: another one is asked for in place of each that is left out.
func TestSkipForDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.SkipFor(up, 10*ms))
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		up.Next(0, 1)
		synctest.Wait()
		require.EqualValues(t, 5, up.Requested())
		time.Sleep(10 * ms)
		up.Next(2, 3, 4)
		synctest.Wait()
		p.ExpectNext(2, 3, 4)
		require.EqualValues(t, 5, up.Requested())
		p.Cancel()
		synctest.Wait()
	})
}
