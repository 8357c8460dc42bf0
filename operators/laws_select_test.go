package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lawsOfSelect are the operators that choose among the elements, or add some.
var lawsOfSelect = map[string]lawConfig{
	"FilterMap": {
		OperatorConfig: protocolOfSelect["FilterMap"],
		Call: func(up publisher, hook func(int)) publisher {
			return operators.FilterMap(up, func(v int) (int, bool) { hook(v); return halfOfEven(v) }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.FilterMap(up, func(v lawToken) (lawToken, bool) {
				if v.N%3 == 1 {
					v.Consume()
					return nil, false
				}
				return use(v), true
			})
		},
	},
	"OfType": {
		OperatorConfig: protocolOfSelect["OfType"],
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.OfType[lawToken](operators.Map(up, func(v lawToken) flow.Releaser {
				if v = use(v); v.N%3 == 1 {
					return other{v}
				}
				return v
			}))
		},
	},
	"TakeUntil": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.TakeUntil(up, func(v int) bool { return v == 599 }) }, Out: upTo(600),
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.TakeUntil(up, hooked(hook, func(v int) bool { return v == 599 }), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.TakeUntil(operators.Map(up, use), func(v lawToken) bool { return v.N == 599 })
		},
	},
	"TakeUntilOther": {
		OperatorConfig: protocolOfSelect["TakeUntilOther"],
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.TakeUntilOther(operators.Map(up, use), never())
		},
	},
	"IgnoreElements": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.IgnoreElements(up) }, Out: noneOf, Prefetch: -1,
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.IgnoreElements(operators.Map(up, use))
		},
	},
	"TakeLast": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.TakeLast(up, 300) }, Out: lastOf(300), Prefetch: -1, Lazy: true,
		},
		AtEnd: true,
		Owned: func(up tokenStream, use tokenFunc) tokenStream { return operators.TakeLast(operators.Map(up, use), 20) },
	},
	"Last": {
		OperatorConfig: protocolOfSelect["Last"],
		AtEnd:          true,
		Owned:          func(up tokenStream, use tokenFunc) tokenStream { return operators.Last(operators.Map(up, use)) },
	},
	"First": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.First(up) }, Out: upTo(1)},
		Owned:          func(up tokenStream, use tokenFunc) tokenStream { return operators.First(operators.Map(up, use)) },
	},
	"Reduce": {
		OperatorConfig: protocolOfSelect["Reduce"],
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Reduce(up, func(sum, v int) int { hook(v); return sum + v }, operators.WithName("it"))
		},
		Stage: "it",
		AtEnd: true,
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Reduce(up, func(acc, v lawToken) lawToken { acc.Consume(); return use(v) })
		},
	},
	"SkipLast": {
		OperatorConfig: protocolOfSelect["SkipLast"],
		Owned:          func(up tokenStream, use tokenFunc) tokenStream { return operators.SkipLast(operators.Map(up, use), 20) },
	},
	"SkipLast none": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.SkipLast(up, 0) }},
	},
	"Limit": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Limit(up, lawSize) }},
		Owned:          func(up tokenStream, use tokenFunc) tokenStream { return operators.Limit(operators.Map(up, use), 600) },
	},
	"Single": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.Single(operators.DefaultIfEmpty(operators.Last(up), -1))
		}, Out: func(n int) []int { return []int{n - 1} }, Prefetch: -1, Lazy: true},
		AtEnd: true,
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Single(operators.Filter(operators.Map(up, use), func(v lawToken) bool { return v.N%600 == 0 }))
		},
	},
	"ElementAt": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.ElementAt(up, 2) },
			Out: func(n int) []int { return numbersTo(min(n, 3))[min(n, 2):] }, Prefetch: 2,
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.ElementAt(operators.Map(up, use), 300)
		},
	},
	"Find": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.Find(up, is(2)) },
			Out: func(n int) []int { return numbersTo(min(n, 3))[min(n, 2):] }, Prefetch: 2, // those that do not match
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Find(up, func(v int) bool { hook(v); return v == 2 })
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Find(operators.Map(up, use), func(v lawToken) bool { return v.N == 300 })
		},
	},
	"DefaultIfEmpty": {
		OperatorConfig: protocolOfSelect["DefaultIfEmpty"],
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.DefaultIfEmpty(operators.Map(up, use), nil)
		},
	},
	"SwitchIfEmpty": {
		OperatorConfig: protocolOfSelect["SwitchIfEmpty"],
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.SwitchIfEmpty(operators.Filter(up, func(lawToken) bool { return false }), operators.Map(up, use))
		},
	},
	"ErrorIfEmpty": {
		OperatorConfig: protocolOfSelect["ErrorIfEmpty"],
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.ErrorIfEmpty(operators.Map(up, use), flow.ErrEmpty)
		},
	},
	"StartWith": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return natural(operators.StartWith(up, -1, -2)) },
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream { return operators.StartWith(operators.Map(up, use)) },
	},
	"EndWith": {
		OperatorConfig: protocolOfSelect["EndWith"],
		Owned:          func(up tokenStream, use tokenFunc) tokenStream { return operators.EndWith(operators.Map(up, use)) },
	},
	"Repeat": {
		OperatorConfig: protocolOfSelect["Repeat 1"],
		Owned:          func(up tokenStream, use tokenFunc) tokenStream { return operators.Repeat(operators.Map(up, use), 3) },
	},
	"StatefulMap": {
		OperatorConfig: protocolOfSelect["StatefulMap"],
		Call: func(up publisher, hook func(int)) publisher {
			return operators.StatefulMap(up, zero, func(sum, v int) (int, int) { hook(v); return plus(sum, v) }, nil, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.StatefulMap(up, zero, func(_ int, v lawToken) (int, lawToken) { return 0, use(v) }, nil)
		},
	},
	"StatefulMap with a last one": {
		OperatorConfig: protocolOfSelect["StatefulMap with a last one"],
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.StatefulMap(up, func() lawToken { return nil }, func(_, v lawToken) (lawToken, lawToken) {
				v = use(v)
				return v, v
			}, func(v lawToken) (lawToken, bool) { return v.Another(), true })
		},
	},
}

// other hides what a token is.
type other struct{ v lawToken }

func (o other) Release(r flow.Reason) { o.v.Release(r) }

// TestLawsOfSelect holds them against the laws of streams.
func TestLawsOfSelect(t *testing.T) {
	for name, cfg := range lawsOfSelect {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
}

// TestLawsOfSelectInPlaces holds stages of one kind each against the laws
// where they do not stand alone.
func TestLawsOfSelectInPlaces(t *testing.T) {
	for name, op := range map[string]func(publisher) publisher{
		"TakeUntilOther": func(up publisher) publisher { return operators.TakeUntilOther(up, foreign{sources.Never[int]()}) },
		"TakeLast":       func(up publisher) publisher { return operators.TakeLast(up, 9) },
		"SkipLast":       func(up publisher) publisher { return operators.SkipLast(up, 9) },
	} {
		for where, place := range around {
			if where == "alone" {
				continue
			}
			cfg := lawConfig{OperatorConfig: operatorConfig{New: func(up publisher) publisher { return place(op(up)) }}, Exempt: notInPlaces}
			if name == "TakeLast" {
				cfg.Out, cfg.AtEnd, cfg.Lazy, cfg.Prefetch = lastOf(9), true, true, -1
			}
			if name == "SkipLast" {
				cfg.Out = butLast(9)
			}
			t.Run(name+" "+where, func(t *testing.T) {
				t.Parallel()
				verifyLaws(t, cfg)
			})
		}
	}
}
