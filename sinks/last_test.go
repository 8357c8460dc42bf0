package sinks_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func add(a, b int) int { return a + b }

// TestOneValue: what Last, Count and Reduce make of none, one and many
// elements, and of an error behind them.
func TestOneValue(t *testing.T) {
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
				last, err := sinks.Last(ctx, src)
				check(err, true)
				if fails {
					require.Zero(t, last, what)
				} else {
					require.Equal(t, n, last, what)
				}
				count, err := sinks.Count(ctx, src)
				check(err, false)
				require.EqualValues(t, n, count, what)
				sum, err := sinks.Reduce(ctx, src, add)
				check(err, true)
				require.Equal(t, n*(n+1)/2, sum, what)
			}
		}
	}
}

// TestReduceStops where its function panics, and is not called again.
func TestReduceStops(t *testing.T) {
	for _, k := range []int{1, 2, 3, 62, 200} {
		calls := 0
		_, err := sinks.Reduce(t.Context(), sources.Range(0, 300), func(a, b int64) int64 {
			if calls++; calls == k {
				panic(errTest)
			}
			return a + b
		}, sinks.WithName("it"))
		var p *flow.PanicError
		require.ErrorAs(t, err, &p)
		require.ErrorIs(t, err, errTest)
		require.Equal(t, "it", p.Stage)
		require.Equal(t, k, calls)
	}
}

// owned counts its releases.
type owned struct {
	released atomic.Int32
	reason   flow.Reason
}

func (o *owned) Release(r flow.Reason) {
	o.released.Add(1)
	o.reason = r
}

// TestOneValueReleases what it does not return, once.
func TestOneValueReleases(t *testing.T) {
	for _, fails := range []bool{false, true} {
		var all []*owned
		src := operators.Map(sources.Range(0, 300), func(int64) *owned {
			all = append(all, new(owned))
			return all[len(all)-1]
		})
		if fails {
			src = operators.Concat(src, sources.Error[*owned](errTest))
		}
		last, err := sinks.Last(t.Context(), src)
		require.Equal(t, fails, err != nil)
		for _, o := range all {
			require.Equal(t, o != last, o.released.Load() == 1)
			require.LessOrEqual(t, o.released.Load(), int32(1))
		}
		if fails {
			require.Equal(t, flow.Failed, all[299].reason)
		}
		all = nil
		_, err = sinks.Count(t.Context(), src)
		require.Equal(t, fails, err != nil)
		for _, o := range all {
			require.EqualValues(t, 1, o.released.Load())
			require.Equal(t, flow.Filtered, o.reason)
		}
	}
}

func TestOneValueOfAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTest)
	_, err := sinks.Last(ctx, sources.Of(1))
	require.ErrorIs(t, err, errTest)
	n, err := sinks.Count(ctx, sources.Of(1))
	require.ErrorIs(t, err, errTest)
	require.Zero(t, n)
	_, err = sinks.Reduce(ctx, sources.Of(1, 2), add)
	require.ErrorIs(t, err, errTest)
}

func TestWrongArgumentsOfOneValuePanicAtAssembly(t *testing.T) {
	ctx, src := t.Context(), sources.Of(1)
	var none context.Context
	for text, f := range map[string]func(){
		"sinks.Last: nil context":    func() { _, _ = sinks.Last(none, src) },
		"sinks.Last: nil source":     func() { _, _ = sinks.Last[int](ctx, nil) },
		"sinks.Count: nil context":   func() { _, _ = sinks.Count(none, src) },
		"sinks.Count: nil source":    func() { _, _ = sinks.Count[int](ctx, nil) },
		"sinks.Reduce: nil context":  func() { _, _ = sinks.Reduce(none, src, add) },
		"sinks.Reduce: nil source":   func() { _, _ = sinks.Reduce(ctx, nil, add) },
		"sinks.Reduce: nil function": func() { _, _ = sinks.Reduce(ctx, src, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
