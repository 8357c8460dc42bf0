package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// TestLawsOfTime holds the operators that shift elements in time, or choose
// them by it, against the laws of streams.
func TestLawsOfTime(t *testing.T) {
	for name, cfg := range map[string]lawConfig{
		"TakeFor": {
			OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.TakeFor(up, time.Hour) }},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.TakeFor(operators.Map(up, use), time.Hour)
			},
		},
		"TakeFor short": {
			OperatorConfig: operatorConfig{
				New: func(up publisher) publisher {
					return operators.TakeFor(operators.Throttle(up, 1, ms), 50*ms)
				},
				Out: func(n int) []int { return numbersTo(min(n, 50)) },
			},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.TakeFor(operators.Map(operators.Throttle(up, 1, ms), use), 50*ms)
			},
			Size: timedSize,
			Exempt: map[string]string{
				"demand": "how many come depends on when they are asked for",
				"batch":  "how many come depends on when they are asked for",
				"ctx":    "may have completed before",
			},
		},
		"Delay": {
			OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Delay(up, 7, ms) }},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.Delay(operators.Map(up, use), 7, ms)
			},
			ErrorsFirst: true,
		},
		"Delay wide": {
			OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Delay(up, 1000, ms) }},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.Delay(operators.Map(up, use), 1000, ms)
			},
			ErrorsFirst: true,
		},
		"ThrottleLatest": timedLaws(func(up publisher) publisher { return operators.ThrottleLatest(up, ms, operators.WithLast()) },
			func(up tokenStream) tokenStream { return operators.ThrottleLatest(up, ms) }),
		"TimeoutTotal": {
			OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.TimeoutTotal(up, time.Hour) }},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.TimeoutTotal(operators.Map(up, use), time.Hour)
			},
		},
		"TimeoutFirst": {
			OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.TimeoutFirst(up, time.Hour) }},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.TimeoutFirst(operators.Map(up, use), time.Hour)
			},
		},
		"SkipFor": {
			OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.SkipFor(up, 0) }},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.SkipFor(operators.Map(operators.Throttle(up, 1, ms), use), 30*ms)
			},
			Size: timedSize,
		},
		"DelaySubscription": {
			OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.DelaySubscription(up, ms) }},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.DelaySubscription(operators.Map(up, use), ms)
			},
		},
		"ThrottleFirst": timedLaws(func(up publisher) publisher { return operators.ThrottleFirst(up, ms) },
			func(up tokenStream) tokenStream { return operators.ThrottleFirst(up, ms) }),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
}

// TestLawsOfWindows holds the operators that make slices of elements against
// the laws of streams.
func TestLawsOfWindows(t *testing.T) {
	for name, cfg := range map[string]flowtest.LawConfig[int, []int]{
		"Sliding overlapping": slidingLaws(6, 2),
		"Sliding by one":      slidingLaws(3, 1),
		"Sliding adjoining":   slidingLaws(3, 3),
		"Sliding apart":       slidingLaws(3, 5),
		"BatchWhileBusy 1": {
			OperatorConfig: flowtest.OperatorConfig[int, []int]{
				New: func(up publisher) flow.Publisher[[]int] { return operators.BatchWhileBusy(up, 1) },
				Out: fullWindows(1, 1), Prefetch: 1,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
	t.Run("BatchWhileBusy", func(t *testing.T) {
		t.Parallel()
		verifyLaws(t, lawConfig{
			OperatorConfig: operatorConfig{
				New: func(up publisher) publisher { return flat(operators.BatchWhileBusy(up, 8)) }, Prefetch: -1,
			},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return flat(operators.BatchWhileBusy(operators.Map(up, use), 8))
			},
			Exempt: map[string]string{"sum": "what makes single elements of slices again makes many of one"},
		})
	})
}

// slidingLaws has full slices only.
func slidingLaws(size, step int) flowtest.LawConfig[int, []int] {
	cfg := flowtest.LawConfig[int, []int]{
		OperatorConfig: flowtest.OperatorConfig[int, []int]{
			New: func(up publisher) flow.Publisher[[]int] { return operators.Sliding(up, size, step) },
			Out: fullWindows(size, step),
		},
		Size: size + 120*step,
	}
	if step >= size {
		cfg.Owned = func(up tokenStream, use tokenFunc) tokenStream {
			return flat(operators.Sliding(operators.Map(up, use), size, step))
		}
	}
	return cfg
}
