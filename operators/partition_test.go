package operators_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func modulo(n int) func(int) int { return func(v int) int { return v % n } }

// TestPartition: each output gets its elements, all of them and in order.
func TestPartition(t *testing.T) {
	for on, s := range schedulers {
		for _, capacity := range []int{1, 3, 1000} {
			var w watched
			outs := operators.Partition(w.publisher(), 3, capacity, modulo(3))
			for round := range 2 {
				g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
				var got [3][]int
				for i, out := range outs {
					g.Go(func() (err error) { got[i], err = sinks.Slice(ctx, out); return err })
				}
				require.NoError(t, g.Wait())
				for i := range outs {
					var want []int
					for v := i; v < lawSize; v += 3 {
						want = append(want, v)
					}
					require.Equal(t, want, got[i], "output %d on %s, capacity %d", i, on, capacity)
				}
				require.EqualValues(t, round+1, w.subscribed.Load())
			}
			w.require(t)
		}
	}
}

// TestPartitionWaitsForAFullOutput, and goes on without one that has left,
// whose elements are let go.
func TestPartitionWaitsForAFullOutput(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		outs := operators.Partition(sources.Slice(numbersTo(100)), 2, 4, modulo(2))
		even := flowtest.Subscribe(t, outs[0], flowtest.WithDemand(flow.Unbounded))
		odd := flowtest.Subscribe(t, outs[1])
		synctest.Wait()
		require.Equal(t, []int{0, 2, 4, 6}, even.Values(), "odd holds 1, 3, 5, 7 and could not take a 9")
		odd.Request(1)
		synctest.Wait()
		odd.ExpectNext(1)
		odd.Cancel()
		synctest.Wait()
		require.Equal(t, 50, even.Count())
		require.True(t, even.Completed())
	})
}

// TestPartitionFails all outputs, after the elements before.
func TestPartitionFails(t *testing.T) {
	for name, route := range map[string]func(int) int{
		"panic":   func(v int) int { return v / 10 * 0 / (20 - v) },
		"no such": func(v int) int { return v / 20 * 7 },
	} {
		for on, s := range schedulers {
			var w watched
			outs := operators.Partition(w.publisher(), 2, 4, route, operators.WithName("it"))
			g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
			for i, out := range outs {
				g.Go(func() error {
					got, err := sinks.Slice(ctx, out)
					require.ErrorContains(t, err, "it: ", "%s on %s", name, on)
					if i == 0 {
						require.Equal(t, numbersTo(20), got)
					}
					return nil
				})
			}
			require.NoError(t, g.Wait())
			w.require(t)
		}
	}
}

var partitioned = operatorConfig{
	New: func(up publisher) publisher {
		return operators.Partition(up, 1, 8, func(int) int { return 0 })[0]
	},
	Prefetch: 8,
}

func TestPartitionArguments(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.Partition: nil source":                     func() { operators.Partition(nil, 1, 1, modulo(1)) },
		"operators.Partition: nil function":                   func() { operators.Partition(src, 1, 1, nil) },
		"operators.Partition: 0 outputs, must be at least 1":  func() { operators.Partition(src, 0, 1, modulo(1)) },
		"operators.Partition: capacity 0, must be at least 1": func() { operators.Partition(src, 1, 0, modulo(1)) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
