package operators_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestThrottleLatest(t *testing.T) {
	latest10 := func(p publisher) publisher { return operators.ThrottleLatest(p, 10*ms) }
	last10 := func(p publisher) publisher { return operators.ThrottleLatest(p, 10*ms, operators.WithLast()) }
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", latest10},
		{"the first at once", "1@1 |@5", "all@0", "1@1 |@5", latest10},
		{"then the newest", "1@1 2@2 3@8 |@25", "all@0", "1@1 3@11 |@25", latest10},
		{"each time", "1@0 2@2 3@9 4@12 5@19 6@25 |@45", "all@0", "1@0 3@10 5@20 6@30 |@45", latest10},
		{"at once after a pause", "1@0 2@15 3@16 |@45", "all@0", "1@0 2@15 3@25 |@45", latest10},
		{"at once exactly after the time", "1@0 2@10 |@45", "all@0", "1@0 2@10 |@45", latest10},
		{"when another one is due", "1@0 2@5 3@10 4@11 |@45", "all@0", "1@0 3@10 4@20 |@45", latest10},
		{"no demand", "1@0 2@3 3@4 |@45", "1@30", "1@30 |@30", func(p publisher) publisher {
			return latest10(operators.Take(p, 1))
		}},
		{"no demand, the newest", "1@0 2@5 3@15 |@60", "1@0 1@22 1@23", "1@0 3@22 |@60", latest10},
		{"no demand, and time counts from the emission", "1@0 2@5 3@23 |@60", "1@0 1@22 1@23", "1@0 2@22 3@32 |@60", latest10},
		{"pending at completion", "1@0 2@5 |@7", "all@0", "1@0 |@7", latest10},
		{"pending at completion, wanted", "1@0 2@5 |@7", "all@0", "1@0 2@7 |@7", last10},
		{"completion when it is due", "1@0 2@5 |@10", "all@0", "1@0 2@10 |@10", latest10},
		{"pending at an error", "1@0 2@5 !@7", "all@0", "1@0 !@7", last10},
		{"an error without demand", "1@0 2@5 !@17", "1@0", "1@0 !@17", last10},
		{"cancel", "1@0 2@5", "all@0 x@7", "1@0", latest10},
		{"the context ends", "1@0 2@5", "all@0 ctx@7", "1@0 !@7", latest10},
	})
}

// TestThrottleLatestOfABatch: the first of elements that come together is
// emitted, the newest waits for its time.
func TestThrottleLatestOfABatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m mint
		src := operators.Map(sources.Range(0, 5), func(n int64) *token { return m.token(int(n)) })
		open := operators.Merge(8, operators.Batch(src, 5))
		var got []int
		err := sinks.ForEach(t.Context(), operators.ThrottleLatest(flat(open), ms, operators.WithLast()),
			func(_ context.Context, tok *token) error {
				tok.consumed.Add(1)
				got = append(got, tok.n)
				return nil
			})
		require.NoError(t, err)
		require.Equal(t, []int{0, 4}, got)
		m.require(t, "")
		for _, tok := range m.all[1:4] {
			require.Equal(t, uint32(flow.Replaced), tok.reason.Load())
		}
	})
}
