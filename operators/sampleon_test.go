package operators_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func TestSampleOn(t *testing.T) {
	on := func(other string, opts ...operators.Option) func(publisher) publisher {
		return func(p publisher) publisher { return operators.SampleOn(p, script(other), opts...) }
	}
	last := operators.WithLast()
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", on("0@3 0@9")},
		{"one", "1@1 |@5", "all@0", "1@3 |@5", on("0@3 0@9")},
		{"the newest at each", "1@1 2@5 3@15 4@18 5@19 |@35", "all@0", "2@10 5@20 |@35", on("0@10 0@20 0@30")},
		{"no element since the last time", "1@1 2@25 |@45", "all@0", "1@10 2@30 |@45", on("0@10 0@20 0@30 0@40")},
		{"nothing of other", "1@1 2@5 |@45", "all@0", "|@45", on("")},
		{"demand of one", "1@5 2@15 3@25 |@45", "1@0 1@11 1@33", "1@10 2@20 3@33 |@45", on("0@10 0@20 0@30")},
		{"no demand at its time", "1@5 |@45", "1@13", "1@13 |@45", on("0@10")},
		{"no demand, and a newer one", "1@5 2@12 |@45", "1@13", "2@20 |@45", on("0@10 0@20")},
		{"pending at completion", "1@5 2@15 |@17", "all@0", "1@10 |@17", on("0@10 0@20")},
		{"pending at completion, wanted", "1@5 2@15 |@17", "all@0", "1@10 2@17 |@17", on("0@10 0@20", last)},
		{"pending at completion, wanted, without demand", "1@5 2@15 |@17", "1@0 1@33", "1@10 2@33 |@33", on("0@10 0@20", last)},
		{"completion before there was demand", "1@5 |@15", "1@22", "1@22 |@22", on("0@10")},
		{"pending at an error", "1@5 2@15 !@17", "all@0", "1@10 !@17", on("0@10 0@20", last)},
		{"an error without demand", "1@5 !@17", "1@30", "!@17", on("0@10")},
		{"other completes", "1@1 2@8 3@20", "all@0", "1@5 |@9", on("0@5 |@9")},
		{"other completes, and the last is wanted", "1@1 2@8 3@20", "all@0", "1@5 2@9 |@9", on("0@5 |@9", last)},
		{"other completes at once", "1@1", "all@0", "|@0", on("|@0")},
		{"other fails", "1@1 2@8 3@20", "all@0", "1@5 !@9", on("0@5 !@9", last)},
		{"other fails before there was demand", "1@1 2@8", "1@20", "!@9", on("0@5 !@9")},
		{"cancel", "1@5", "all@0 x@7", "", on("0@10")},
		{"the context ends", "1@5", "all@0 ctx@7", "!@7", on("0@10")},
	})
}

// TestSampleOnLeavesBoth when one has ended, or the subscriber has left.
func TestSampleOnLeavesBoth(t *testing.T) {
	for what, end := range map[string]func(up, other *flowtest.Manual[int], p *flowtest.Probe[int]){
		"cancel":          func(_, _ *flowtest.Manual[int], p *flowtest.Probe[int]) { p.Cancel() },
		"src completes":   func(up, _ *flowtest.Manual[int], _ *flowtest.Probe[int]) { up.Complete() },
		"src fails":       func(up, _ *flowtest.Manual[int], _ *flowtest.Probe[int]) { up.Error(errStop) },
		"other completes": func(_, other *flowtest.Manual[int], _ *flowtest.Probe[int]) { other.Complete() },
		"other fails":     func(_, other *flowtest.Manual[int], _ *flowtest.Probe[int]) { other.Error(errStop) },
	} {
		synctest.Test(t, func(t *testing.T) {
			up, other := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.SampleOn(up, other))
			p.Request(2)
			synctest.Wait()
			up.Next(1, 2)
			synctest.Wait()
			other.Next(1)
			synctest.Wait()
			p.ExpectNext(2)
			up.Next(3)
			end(up, other, p)
			synctest.Wait()
			require.Equal(t, 1, up.Cancelled()+other.Cancelled()-btoi(what == "cancel"), what)
			require.Equal(t, 1, p.Count(), what)
		})
	}
}

func TestSampleOnReleasesOnce(t *testing.T) {
	releaseOnce(t, map[string]func(tokens) tokens{
		"sample on": func(p tokens) tokens { return operators.SampleOn(p, sources.Ticker(7*ms)) },
		"sample on, with the last": func(p tokens) tokens {
			return operators.SampleOn(p, sources.Ticker(7*ms), operators.WithLast())
		},
		"sample on what ends": func(p tokens) tokens { return operators.SampleOn(p, operators.Take(sources.Ticker(50*ms), 1)) },
	})
}

func TestWrongArgumentsOfSampleOn(t *testing.T) {
	src := sources.Of(1)
	require.PanicsWithValue(t, "operators.SampleOn: nil source", func() { operators.SampleOn[int](nil, src) })
	require.PanicsWithValue(t, "operators.SampleOn: nil other", func() { operators.SampleOn[int, int](src, nil) })
}
