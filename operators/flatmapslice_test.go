package operators_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestFlatMapSliceWithEmptySlices(t *testing.T) {
	for name, f := range map[string]func(int) []int{
		"nil":        func(int) []int { return nil },
		"empty":      func(int) []int { return []int{} },
		"some empty": func(v int) []int { return make([]int, v%2) },
		"last empty": func(v int) []int { return make([]int, min(1, lawSize-1-v)) },
		"one of all": func(v int) []int { return make([]int, v/(lawSize-1)) },
	} {
		for on, s := range schedulers {
			want := 0
			for v := range lawSize {
				want += len(f(v))
			}
			src := operators.FlatMapSlice(sources.Slice(numbersTo(lawSize)), f)
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
			require.NoError(t, err)
			require.Len(t, got, want, "%s on %s", name, on)

			n := 0 // the same with a demand of one at a time
			for _, err := range sinks.Seq(scheduler.With(t.Context(), s()), src) {
				require.NoError(t, err)
				n++
			}
			require.Equal(t, want, n, "%s on %s", name, on)
		}
	}
}

// TestFlatMapSliceRespectsDemand: a huge slice is handed on as it is asked
// for, and the next element is not looked at before.
func TestFlatMapSliceRespectsDemand(t *testing.T) {
	const huge = 100_000
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		p := flowtest.Subscribe(t, operators.FlatMapSlice(sources.Of(0, 1, 2), func(v int) []int {
			calls++
			all := make([]int, huge)
			for i := range all {
				all[i] = v*huge + i
			}
			return all
		}))
		synctest.Wait()
		require.Zero(t, calls)
		want := 0
		for _, n := range []int{1, 1, 2, 255, 256, 257, 1000, 1, 50_000} {
			p.Request(int64(n))
			synctest.Wait()
			want += n
			require.Equal(t, want, p.Count())
			require.Equal(t, 1, calls)
		}
		p.Request(huge)
		synctest.Wait()
		require.Equal(t, want+huge, p.Count())
		require.Equal(t, 2, calls)
		p.Request(1 << 40)
		synctest.Wait()
		require.Equal(t, numbersTo(3*huge), p.Values())
		require.True(t, p.Completed())
	})
}

// TestFlatMapSliceCompletesWithoutDemand behind the last element.
func TestFlatMapSliceCompletesWithoutDemand(t *testing.T) {
	two := func(v int) []int { return []int{v, v} }
	flowtest.Expect(t, operators.FlatMapSlice(sources.Of(1, 2), two)).Request(4).Next(1, 1, 2, 2).Complete()
	flowtest.Expect(t, operators.FlatMapSlice(sources.Of(1), two)).Request(1).Next(1).NoSignal().Request(1).Next(1).Complete()
}

// TestFlatMapSliceKeepsItsErrorBehindWhatIsHeld.
func TestFlatMapSliceKeepsItsErrorBehindWhatIsHeld(t *testing.T) {
	src := operators.Map(sources.Of(1, 2, 3), func(v int) int {
		if v == 3 {
			panic(errStop)
		}
		return v
	})
	flat := operators.FlatMapSlice(src, func(v int) []int { return []int{v, v, v} })
	_ = flowtest.Expect(t, flat).Request(2).Next(1, 1).Request(3).Next(1, 2, 2).Request(10).Next(2).Error(errStop)
}
