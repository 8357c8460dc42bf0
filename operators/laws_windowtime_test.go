package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// TestLawsOfWindowsInTime holds the operators that make windows by time against
// the laws of streams.
func TestLawsOfWindowsInTime(t *testing.T) {
	for name, cfg := range map[string]flowtest.LawConfig[int, []int]{
		"BatchWindows by number": {
			OperatorConfig: flowtest.OperatorConfig[int, []int]{
				New: func(up publisher) flow.Publisher[[]int] {
					return operators.BatchWindows(up, operators.Tumbling(time.Hour), 3)
				},
				Out: fullWindows(3, 3),
			},
			Size: 702,
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return flat(operators.BatchWindows(operators.Map(up, use), operators.Session(time.Hour), 7))
			},
		},
		"BatchWindows by time": {
			OperatorConfig: flowtest.OperatorConfig[int, []int]{
				New: func(up publisher) flow.Publisher[[]int] {
					return operators.BatchWindows(operators.Throttle(up, 1, ms), operators.Session(ms/2), 3)
				},
				Out: fullWindows(1, 1), Prefetch: 2,
			},
			Size:        timedSize,
			ErrorsFirst: true,
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return flat(operators.BatchWindows(operators.Map(operators.Throttle(up, 1, ms), use), operators.Hopping(7*ms, 3*ms), 5))
			},
		},
		"BatchWeighted": {
			OperatorConfig: flowtest.OperatorConfig[int, []int]{
				New: func(up publisher) flow.Publisher[[]int] {
					return operators.BatchWeighted(up, 3, func(int) int64 { return 1 })
				},
				Out: fullWindows(3, 3),
			},
			Size: 702,
			Call: func(up publisher, hook func(int)) flow.Publisher[[]int] {
				return operators.BatchWeighted(up, 3, func(v int) int64 { hook(v); return 1 }, operators.WithName("it"))
			},
			Stage: "it",
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return flat(operators.BatchWeighted(operators.Map(up, use), 5, func(t lawToken) int64 { return int64(t.N % 7) }))
			},
		},
		"BatchAt": {
			OperatorConfig: flowtest.OperatorConfig[int, []int]{
				New: func(up publisher) flow.Publisher[[]int] { return operators.BatchAt(up, sources.Never[int](), 3) },
				Out: fullWindows(3, 3),
			},
			Size: 702,
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return flat(operators.BatchAt(operators.Map(operators.Throttle(up, 1, ms), use), sources.Ticker(3*ms), 5))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
	t.Run("WindowBy", func(t *testing.T) {
		t.Parallel()
		verifyLaws(t, windowByLaws(operators.Session(ms/2)))
	})
	t.Run("WindowBy tumbling", func(t *testing.T) {
		t.Parallel()
		verifyLaws(t, windowByLaws(operators.Tumbling(ms/2)))
	})
}

// windowByLaws has one element in each window.
func windowByLaws(w operators.Windows) lawConfig {
	values := func(p flow.Publisher[operators.Window[int, int]]) publisher {
		return operators.Map(p, func(w operators.Window[int, int]) int { return w.Value })
	}
	return lawConfig{
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher {
				return values(operators.WindowBy(operators.Throttle(up, 1, ms), w, 3, same, 0, func(_, v int) int { return v }))
			},
			Prefetch: 256,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return values(operators.WindowBy(operators.Throttle(up, 1, ms), w, 3, same, 0,
				func(_, v int) int { hook(v); return v }, operators.WithName("it")))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			sums := operators.WindowBy(up, w, 10, func(t lawToken) int { return t.N % 5 }, nil,
				func(sum, t lawToken) lawToken {
					if sum != nil {
						sum.Consume()
					}
					return use(t)
				})
			return operators.Map(sums, func(w operators.Window[int, lawToken]) lawToken { return w.Value })
		},
		Size:        timedSize,
		ErrorsFirst: true,
	}
}
