package operators_test

import (
	"context"
	"fmt"
	"iter"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// exact are operators that ask upstream for no element that is not demanded of
// them, here so that they hand on what they get.
var exact = map[string]func(publisher) publisher{
	"Map":    func(p publisher) publisher { return operators.Map(p, func(v int) int { return v }) },
	"Filter": func(p publisher) publisher { return operators.Filter(p, func(int) bool { return true }) },
	"TryMap": func(p publisher) publisher {
		return operators.TryMap(p, func(_ context.Context, v int) (int, error) { return v, nil })
	},
	"Scan":         func(p publisher) publisher { return operators.Scan(p, 0, func(_, v int) int { return v }) },
	"Take":         func(p publisher) publisher { return operators.Take(p, 1000) },
	"TakeWhile":    func(p publisher) publisher { return operators.TakeWhile(p, func(int) bool { return true }) },
	"Skip":         func(p publisher) publisher { return operators.Skip(p, 0) },
	"SkipWhile":    func(p publisher) publisher { return operators.SkipWhile(p, func(int) bool { return false }) },
	"Distinct":     func(p publisher) publisher { return operators.Distinct(p, 1000) },
	"Unchanged":    func(p publisher) publisher { return operators.DistinctUntilChanged(p) },
	"FlatMapSlice": func(p publisher) publisher { return operators.FlatMapSlice(p, func(v int) []int { return []int{v} }) },
	"Through": func(p publisher) publisher {
		return operators.Through(p, func(in iter.Seq[int]) iter.Seq[int] { return in })
	},
	"ConcatMap": func(p publisher) publisher {
		return operators.ConcatMap(p, func(v int) publisher { return sources.Of(v) })
	},
	"Concat": func(p publisher) publisher { return operators.Concat(p) },
	"Retry":  func(p publisher) publisher { return operators.Retry(p, 3) },
	"Recover": func(p publisher) publisher {
		return operators.Recover(p, func(err error) (int, error) { return 0, err })
	},
	"Resume": func(p publisher) publisher {
		return operators.Resume(p, func(err error) (publisher, error) { return nil, err })
	},
	"Throttle": func(p publisher) publisher { return operators.Throttle(p, 1<<20, time.Microsecond) },
	"Timeout":  func(p publisher) publisher { return operators.Timeout(p, time.Hour) },
	"Zip2": func(p publisher) publisher {
		return operators.Zip2(p, sources.Slice(numbersTo(lawSize)), func(v, _ int) int { return v })
	},
	"foreign": func(p publisher) publisher { return foreign{p} },
}

// ahead are operators that hold elements before they are demanded, and how
// many at most.
var ahead = map[string]struct {
	op   func(publisher) publisher
	most int
}{
	"Async":     {func(p publisher) publisher { return operators.Async(p, 4) }, 4},
	"Merge":     {func(p publisher) publisher { return operators.Merge(4, p) }, 4},
	"Broadcast": {func(p publisher) publisher { return operators.Broadcast(p, 1, 4)[0] }, 4},
	"MapAsync": {func(p publisher) publisher {
		return operators.MapAsync(p, 4, func(_ context.Context, v int) (int, error) { return v, nil })
	}, 4},
}

// breakOut fills a channel, reads it through op until element at, and returns
// how many of the elements behind that are not in the channel any more.
func breakOut(t *testing.T, ctx context.Context, op func(publisher) publisher, at int) (lost int) {
	t.Helper()
	const n = 100
	c := make(chan int, n)
	for i := range n {
		c <- i
	}
	next := 0
	for v, err := range sinks.Seq(ctx, op(sources.Chan(c))) {
		require.NoError(t, err)
		require.Equal(t, next, v)
		if next++; v == at {
			break
		}
	}
	require.Equal(t, at+1, next)
	left := len(c)
	for i := n - left; i < n; i++ {
		require.Equal(t, i, <-c) // those that were lost were the first
	}
	return n - left - next
}

// TestBreakLosesNothingInAnyChain: what a loop over a channel has not been
// given stays in the channel, through any two operators that are exact.
func TestBreakLosesNothingInAnyChain(t *testing.T) {
	for above, first := range exact {
		for below, second := range exact {
			for on, sched := range schedulers {
				for _, at := range []int{0, 1, 7, 41} {
					ctx := scheduler.With(t.Context(), sched())
					lost := breakOut(t, ctx, func(p publisher) publisher { return second(first(p)) }, at)
					require.Zero(t, lost, "%s above %s on %s, break at %d", above, below, on, at)
				}
			}
		}
	}
}

// TestBreakLosesWhatIsHeld: an operator that holds elements ahead loses no
// more than that.
func TestBreakLosesWhatIsHeld(t *testing.T) {
	for name, test := range ahead {
		for where, op := range exact {
			for on, sched := range schedulers {
				what := fmt.Sprintf("%s and %s on %s", name, where, on)
				for _, at := range []int{0, 1, 7, 41} {
					ctx := scheduler.With(t.Context(), sched())
					lost := breakOut(t, ctx, func(p publisher) publisher { return op(test.op(p)) }, at)
					require.LessOrEqual(t, lost, test.most, what)
					lost = breakOut(t, ctx, func(p publisher) publisher { return test.op(op(p)) }, at)
					require.LessOrEqual(t, lost, test.most, what)
				}
			}
		}
	}
}
