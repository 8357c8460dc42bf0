package operators_test

import (
	"testing"

	"github.com/weirgo/weir/operators"
)

func TestDebounce(t *testing.T) {
	quiet10 := func(p publisher) publisher { return operators.Debounce(p, 10*ms) }
	max25 := func(p publisher) publisher { return operators.Debounce(p, 10*ms, operators.WithMaxWait(25*ms)) }
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", quiet10},
		{"one", "1@5 |@30", "all@0", "1@15 |@30", quiet10},
		{"the newest", "1@0 2@5 3@9 4@40 |@60", "all@0", "3@19 4@50 |@60", quiet10},
		{"before the boundary", "1@0 2@9.999999 |@40", "all@0", "2@19.999999 |@40", quiet10},
		{"at the boundary", "1@0 2@10 |@40", "all@0", "2@20 |@40", quiet10},
		{"after the boundary", "1@0 2@10.000001 |@40", "all@0", "1@10 2@20.000001 |@40", quiet10},
		{"many at once", "1@0 2@0 3@0 4@0 |@40", "all@0", "4@10 |@40", quiet10},
		{"demand of one", "1@0 2@20 3@40 |@60", "1@0 1@35 1@36", "1@10 2@35 3@50 |@60", quiet10},
		{"no demand at the time", "1@0 |@60", "1@25", "1@25 |@60", quiet10},
		{"no demand, and a newer one", "1@0 2@20 |@60", "1@25", "2@30 |@60", quiet10},
		{"no demand for long", "1@0 2@20 3@40 |@90", "1@85", "3@85 |@90", quiet10},
		{"demand at the time", "1@0 |@60", "1@10", "1@10 |@60", quiet10},
		{"pending at completion", "1@0 2@5 |@7", "all@0", "2@7 |@7", quiet10},
		{"pending at completion without demand", "1@0 2@5 |@7", "1@99", "2@99 |@99", quiet10},
		{"completion at the boundary", "1@0 |@10", "all@0", "1@10 |@10", quiet10},
		{"pending at an error", "1@0 2@5 !@7", "all@0", "!@7", quiet10},
		{"an error at the boundary", "1@0 !@10", "all@0", "1@10 !@10", quiet10},
		{"an error without demand", "1@0 !@30", "2@50", "!@30", quiet10},
		{"cancel", "1@0", "all@0 x@5", "", quiet10},
		{"the context ends", "1@0", "all@0 ctx@5", "!@5", quiet10},
		{"the context has ended", "1@0", "ctx@0", "!@0", quiet10},
		{"never quiet", "1@0 2@5 3@10 4@15 5@20 6@25 7@30 8@35 |@40", "all@0", "8@40 |@40", quiet10},
		{"longest wait", "1@0 2@5 3@10 4@15 5@20 6@25 7@30 8@35 9@46 |@90", "all@0", "6@25 8@45 9@56 |@90", max25},
		{"longest wait, without demand", "1@0 2@5 3@10 4@15 5@20 6@24 7@30 |@90", "1@27 1@28", "6@27 7@40 |@90", max25},
	})
}
