package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// fullWindows returns what Sliding makes of n elements, without the rest.
func fullWindows(size, step int) func(n int) [][]int {
	return func(n int) (out [][]int) {
		all := numbersTo(n)
		for from := 0; from+size <= n; from += step {
			out = append(out, all[from:from+size])
		}
		return out
	}
}

// TestProtocolOfWindows holds the operators that make slices of elements
// against the rules of the protocol.
func TestProtocolOfWindows(t *testing.T) {
	for name, cfg := range map[string]flowtest.OperatorConfig[int, []int]{
		"Sliding overlapping": {
			New: func(up publisher) flow.Publisher[[]int] { return operators.Sliding(up, 3, 1) }, Out: fullWindows(3, 1), Prefetch: 2,
		},
		"Sliding adjoining": {
			New: func(up publisher) flow.Publisher[[]int] { return operators.Sliding(up, 1, 1) }, Out: fullWindows(1, 1),
		},
		"Sliding apart": {
			New: func(up publisher) flow.Publisher[[]int] { return operators.Sliding(up, 1, 3) }, Out: fullWindows(1, 3),
		},
		"BatchWhileBusy": {
			New: func(up publisher) flow.Publisher[[]int] { return operators.BatchWhileBusy(up, 1) }, Out: fullWindows(1, 1), Prefetch: 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
	t.Run("BatchWhileBusy, flat", func(t *testing.T) {
		t.Parallel()
		flowtest.VerifyOperator(t, flowtest.OperatorConfig[int, int]{
			New: func(up publisher) publisher { return flat(operators.BatchWhileBusy(up, 8)) }, Prefetch: -1,
		})
	})
}

func flat[T any](p flow.Publisher[[]T]) flow.Publisher[T] {
	return operators.FlatMapSlice(p, func(vs []T) []T { return vs })
}

// TestProtocolOfTime holds the operators that shift elements in time, or choose
// them by it, against the rules of the protocol.
func TestProtocolOfTime(t *testing.T) {
	const tick = 10 * time.Microsecond
	for name, cfg := range map[string]flowtest.OperatorConfig[int, int]{
		"TakeFor":   {New: func(up publisher) publisher { return operators.TakeFor(up, time.Hour) }},
		"Delay":     {New: func(up publisher) publisher { return operators.Delay(up, 1000, tick) }},
		"Delay 1":   {New: func(up publisher) publisher { return operators.Delay(up, 1, time.Nanosecond) }},
		"Delay not": {New: func(up publisher) publisher { return operators.Delay(up, 3, 0) }},
		"ThrottleLatest": {
			New: func(up publisher) publisher {
				return operators.ThrottleLatest(up, time.Nanosecond, operators.WithLast())
			},
			Prefetch: -1, Lossy: true, Lazy: true,
		},
		"ThrottleLatest timers": {
			New:      func(up publisher) publisher { return operators.ThrottleLatest(up, tick, operators.WithLast()) },
			Prefetch: -1, Lossy: true, Lazy: true,
		},
		"SkipFor":           {New: func(up publisher) publisher { return operators.SkipFor(up, time.Nanosecond) }, Prefetch: -1, Lossy: true},
		"SkipFor not":       {New: func(up publisher) publisher { return operators.SkipFor(up, 0) }},
		"TimeoutTotal":      {New: func(up publisher) publisher { return operators.TimeoutTotal(up, time.Hour) }},
		"TimeoutFirst":      {New: func(up publisher) publisher { return operators.TimeoutFirst(up, time.Hour) }},
		"DelaySubscription": {New: func(up publisher) publisher { return operators.DelaySubscription(up, tick) }},
		"ThrottleFirst": {
			New:      func(up publisher) publisher { return operators.ThrottleFirst(up, time.Nanosecond) },
			Prefetch: -1, Lossy: true, Lazy: true,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
