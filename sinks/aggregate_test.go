package sinks_test

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestAggregates of none, one and many elements, with and without an error
// behind them. After an error there is what was made until then.
func TestAggregates(t *testing.T) {
	for on, s := range schedulers {
		for _, n := range []int{0, 1, 2, 700} {
			for _, fails := range []bool{false, true} {
				what := fmt.Sprintf("%d elements on %s, failing: %t", n, on, fails)
				ctx := scheduler.With(t.Context(), s())
				src := operators.Map(sources.Range(1, int64(n)), func(v int64) int { return int(v) })
				if fails {
					src = operators.Concat(src, sources.Error[int](errTest))
				}
				check := func(err error, needed bool) {
					t.Helper()
					switch {
					case fails:
						require.ErrorIs(t, err, errTest, what)
					case needed && n == 0:
						require.ErrorIs(t, err, flow.ErrEmpty, what)
					default:
						require.NoError(t, err, what)
					}
				}
				total, err := sinks.Sum(ctx, src)
				check(err, false)
				require.Equal(t, n*(n+1)/2, total, what)
				mean, err := sinks.Average(ctx, src)
				check(err, true)
				require.Equal(t, float64(min(n, 1)*(n+1))/2, mean, what)
				least, err := sinks.Min(ctx, src, cmp.Compare)
				check(err, true)
				require.Equal(t, min(n, 1), least, what)
				most, err := sinks.Max(ctx, src, cmp.Compare)
				check(err, true)
				require.Equal(t, n, most, what)
				byTens, err := sinks.Map(ctx, src, func(v int) int { return v / 10 }, func(v int) string { return fmt.Sprint(v) })
				check(err, false)
				want := map[int]string{}
				for v := 1; v <= n; v++ {
					want[v/10] = fmt.Sprint(v)
				}
				require.Equal(t, want, byTens, what)
			}
		}
	}
}

// TestSumIsExact where a plain sum of floating-point numbers would not be, and
// is infinite or no number where that is.
func TestSumIsExact(t *testing.T) {
	inf, tenth := math.Inf(1), make([]float64, 1000)
	for i := range tenth {
		tenth[i] = 0.1
	}
	for name, test := range map[string]struct {
		in   []float64
		want float64
	}{
		"small ones":           {tenth, 100},
		"a large one first":    {[]float64{1e16, 1, -1e16}, 1},
		"a large one later":    {[]float64{1, 1e100, 1, -1e100}, 2},
		"negative":             {[]float64{-1, -1e100, -1, 1e100}, -2},
		"infinite":             {[]float64{1, inf, 2}, inf},
		"becomes infinite":     {[]float64{math.MaxFloat64, math.MaxFloat64}, inf},
		"infinite on one side": {[]float64{1, -inf}, -inf},
	} {
		got, err := sinks.Sum(t.Context(), sources.Slice(test.in))
		require.NoError(t, err, name)
		require.Equal(t, test.want, got, name)
		mean, err := sinks.Average(t.Context(), sources.Slice(test.in))
		require.NoError(t, err, name)
		require.Equal(t, test.want/float64(len(test.in)), mean, name)
	}
	none, err := sinks.Sum(t.Context(), sources.Of(inf, -inf))
	require.NoError(t, err)
	require.True(t, math.IsNaN(none))
}

// TestSumOfIntegers wraps around, and an average does not.
func TestSumOfIntegers(t *testing.T) {
	type cents int8
	small, err := sinks.Sum(t.Context(), sources.Of[cents](100, 27, 1))
	require.NoError(t, err)
	require.EqualValues(t, -128, small)
	least, err := sinks.Sum(t.Context(), sources.Of[int64](math.MinInt64, 5, math.MaxInt64))
	require.NoError(t, err)
	require.EqualValues(t, 4, least)
	unsigned, err := sinks.Sum(t.Context(), sources.Of[uint8](200, 3, 60))
	require.NoError(t, err)
	require.EqualValues(t, 7, unsigned)
	mean, err := sinks.Average(t.Context(), sources.Of[uint8](200, 100))
	require.NoError(t, err)
	require.EqualValues(t, 150, mean)
}

// TestFirstOfEquals is what Min and Max return.
func TestFirstOfEquals(t *testing.T) {
	byTens := func(a, b int) int { return cmp.Compare(a/10, b/10) }
	src := sources.Of(21, 11, 12, 33, 32)
	least, err := sinks.Min(t.Context(), src, byTens)
	require.NoError(t, err)
	require.Equal(t, 11, least)
	most, err := sinks.Max(t.Context(), src, byTens)
	require.NoError(t, err)
	require.Equal(t, 33, most)
}

// aggregating are the aggregates with a function, which is called with the new
// element.
var aggregating = map[string]func(ctx context.Context, src flow.Publisher[*owned], f func(*owned)) ([]*owned, error){
	"Min": func(ctx context.Context, src flow.Publisher[*owned], f func(*owned)) ([]*owned, error) {
		v, err := sinks.Min(ctx, src, func(a, _ *owned) int { f(a); return 1 }, sinks.WithName("it"))
		return []*owned{v}, err
	},
	"Max": func(ctx context.Context, src flow.Publisher[*owned], f func(*owned)) ([]*owned, error) {
		v, err := sinks.Max(ctx, src, func(a, _ *owned) int { f(a); return 1 }, sinks.WithName("it"))
		return []*owned{v}, err
	},
	"Map": func(ctx context.Context, src flow.Publisher[*owned], f func(*owned)) ([]*owned, error) {
		all, err := sinks.Map(ctx, src, func(v *owned) int { f(v); return 0 }, func(v *owned) *owned { return v }, sinks.WithName("it"))
		if v, some := all[0]; some {
			return []*owned{v}, err
		}
		return nil, err
	},
}

// TestAggregatesRelease what they do not return, once: also the element at
// which a function panics that only looks at it.
func TestAggregatesRelease(t *testing.T) {
	for name, sink := range aggregating {
		for _, k := range []int{-1, 0, 1, 2, 62, 200, 299} {
			for _, fails := range []bool{false, true} {
				var all []*owned
				src := operators.Map(sources.Range(0, 300), func(int64) *owned {
					all = append(all, new(owned))
					return all[len(all)-1]
				})
				if fails {
					src = operators.Concat(src, sources.Error[*owned](errTest))
				}
				what := fmt.Sprintf("%s, panic at %d, failing: %t", name, k, fails)
				kept, err := sink(t.Context(), src, func(v *owned) {
					if 0 <= k && k < len(all) && v == all[k] {
						panic(errTest)
					}
				})
				panicked := k > 0 || k == 0 && name == "Map"
				require.Equal(t, fails || panicked, err != nil, what)
				var p *flow.PanicError
				if panicked {
					require.ErrorAs(t, err, &p, what)
					require.Equal(t, "it", p.Stage, what)
					require.Equal(t, flow.Failed, all[k].reason, what)
				}
				for i, o := range all {
					want := int32(1)
					if len(kept) > 0 && kept[0] == o {
						want = 0
					}
					require.Equal(t, want, o.released.Load(), "%s, element %d", what, i)
				}
			}
		}
	}
}

// TestMapConsumes an element with its value function, also where that panics.
func TestMapConsumes(t *testing.T) {
	var all []*owned
	src := operators.Map(sources.Range(0, 100), func(int64) *owned {
		all = append(all, new(owned))
		return all[len(all)-1]
	})
	got, err := sinks.Map(t.Context(), src, func(v *owned) *owned { return v }, func(v *owned) int {
		if len(all) > 50 && v == all[50] {
			panic(errTest)
		}
		return 1
	})
	require.ErrorIs(t, err, errTest)
	require.Len(t, got, 50)
	for _, o := range all[:51] {
		require.Zero(t, o.released.Load())
	}
	for _, o := range all[51:] {
		require.EqualValues(t, 1, o.released.Load())
	}
}

func TestAggregatesOfAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTest)
	n, err := sinks.Sum(ctx, sources.Of(1))
	require.ErrorIs(t, err, errTest)
	require.Zero(t, n)
	mean, err := sinks.Average(ctx, sources.Of(1))
	require.ErrorIs(t, err, errTest)
	require.Zero(t, mean)
	_, err = sinks.Min(ctx, sources.Of(1), cmp.Compare)
	require.ErrorIs(t, err, errTest)
	_, err = sinks.Max(ctx, sources.Of(1), cmp.Compare)
	require.ErrorIs(t, err, errTest)
	all, err := sinks.Map(ctx, sources.Of(1), func(v int) int { return v }, func(v int) int { return v })
	require.ErrorIs(t, err, errTest)
	require.Empty(t, all)
}

// TestAggregatesAllocateNothing for an element.
func TestAggregatesAllocateNothing(t *testing.T) {
	few, many := sources.Range(0, 1), sources.Range(0, 50_000)
	for name, run := range map[string]func(src flow.Publisher[int64]){
		"Sum":     func(src flow.Publisher[int64]) { _, _ = sinks.Sum(t.Context(), src) },
		"Average": func(src flow.Publisher[int64]) { _, _ = sinks.Average(t.Context(), src) },
		"Min":     func(src flow.Publisher[int64]) { _, _ = sinks.Min(t.Context(), src, cmp.Compare) },
		"Max":     func(src flow.Publisher[int64]) { _, _ = sinks.Max(t.Context(), src, cmp.Compare) },
	} {
		a := testing.AllocsPerRun(5, func() { run(few) })
		b := testing.AllocsPerRun(5, func() { run(many) })
		require.LessOrEqual(t, b, a+100, name)
	}
}

func TestWrongArgumentsOfAggregatesPanicAtAssembly(t *testing.T) {
	ctx, src := t.Context(), sources.Of(1)
	var none context.Context
	same := func(v int) int { return v }
	for text, f := range map[string]func(){
		"sinks.Sum: nil context":        func() { _, _ = sinks.Sum(none, src) },
		"sinks.Sum: nil source":         func() { _, _ = sinks.Sum[int](ctx, nil) },
		"sinks.Average: nil context":    func() { _, _ = sinks.Average(none, src) },
		"sinks.Average: nil source":     func() { _, _ = sinks.Average[int](ctx, nil) },
		"sinks.Min: nil context":        func() { _, _ = sinks.Min(none, src, cmp.Compare) },
		"sinks.Min: nil source":         func() { _, _ = sinks.Min(ctx, nil, cmp.Compare[int]) },
		"sinks.Min: nil function":       func() { _, _ = sinks.Min(ctx, src, nil) },
		"sinks.Max: nil context":        func() { _, _ = sinks.Max(none, src, cmp.Compare) },
		"sinks.Max: nil source":         func() { _, _ = sinks.Max(ctx, nil, cmp.Compare[int]) },
		"sinks.Max: nil function":       func() { _, _ = sinks.Max(ctx, src, nil) },
		"sinks.Map: nil context":        func() { _, _ = sinks.Map(none, src, same, same) },
		"sinks.Map: nil source":         func() { _, _ = sinks.Map(ctx, nil, same, same) },
		"sinks.Map: nil key function":   func() { _, _ = sinks.Map[int, int](ctx, src, nil, same) },
		"sinks.Map: nil value function": func() { _, _ = sinks.Map[int, int, int](ctx, src, same, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
