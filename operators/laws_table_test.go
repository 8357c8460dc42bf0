package operators_test

import (
	"context"
	"maps"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

type (
	lawConfig      = flowtest.LawConfig[int, int]
	operatorConfig = flowtest.OperatorConfig[int, int]
	lawToken       = *flowtest.Token
	tokenStream    = flow.Publisher[lawToken]
	tokenFunc      = func(lawToken) lawToken
)

// lawTables have a row for each operator: what it is; where it has a function,
// the operator with a hook in that; and the operator over tokens.
var lawTables = []map[string]lawConfig{lawsOfPlain, lawsOfQueues, lawsOfFanIns, lawsOfRelays, lawsOfCalls, lawsOfTimed, lawsOfPaced, lawsOfRates}

// TestLaws holds every operator against the laws of streams.
func TestLaws(t *testing.T) {
	for _, table := range lawTables {
		for name, cfg := range table {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				verifyLaws(t, cfg)
			})
		}
	}
	t.Run("Batch", func(t *testing.T) {
		t.Parallel()
		verifyLaws(t, lawsOfBatch)
	})
}

// TestLawsInPlaces holds operators against the laws where they do not stand
// alone: the subscriber that leaves, the context that ends and the function
// that does not return are then on different islands. Sources come along: they
// ignore the upstream.
func TestLawsInPlaces(t *testing.T) {
	for name, op := range withUserFunction {
		for where, place := range around {
			_, done := lawsOfPlain[name]
			if done && where == "alone" {
				continue
			}
			exempt := maps.Clone(notInPlaces)
			if name == "Func" {
				exempt["cancel"] = "its function is called once, and learns from emit"
			}
			t.Run(name+" "+where, func(t *testing.T) {
				t.Parallel()
				verifyLaws(t, lawConfig{
					OperatorConfig: operatorConfig{New: func(up publisher) publisher { return place(op(up, func(int) {})) }},
					Call:           func(up publisher, hook func(int)) publisher { return place(op(up, hook)) },
					Stage:          "it",
					Size:           lawSize,
					Exempt:         exempt,
				})
			})
		}
	}
}

// notInPlaces are the laws that look at what an operator itself does.
var notInPlaces = map[string]string{
	"demand": "of the operator alone",
	"batch":  "of the operator alone",
	"sum":    "of the operator alone",
}

func even(v int) bool         { return v%2 == 0 }
func third(v int) int         { return v / 3 }
func thirdOf(t lawToken) int  { return t.N / 3 }
func above2(v int) bool       { return v > 2 }
func isSmall(t lawToken) bool { return t.N < 3 }

// hooked returns f with a hook before it.
func hooked[R any](hook func(int), f func(v int) R) func(v int) R {
	return func(v int) R {
		hook(v)
		return f(v)
	}
}

func same(v int) int { return v }

// lawsOfPlain are the operators that pass elements on or leave them out.
var lawsOfPlain = map[string]lawConfig{
	"Map": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Map(up, same) }},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Map(up, hooked(hook, same), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream { return operators.Map(up, use) },
	},
	"TryMap": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.TryMap(up, func(_ context.Context, v int) (int, error) { return v, nil })
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.TryMap(up, func(_ context.Context, v int) (int, error) { hook(v); return v, nil }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.TryMap(up, func(_ context.Context, v lawToken) (lawToken, error) { return use(v), nil })
		},
	},
	"Filter": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Filter(up, even) }, Out: evens},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Filter(up, hooked(hook, even), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Map(operators.Filter(up, func(v lawToken) bool { return v.N%3 > 0 || v.N == 63 }), use)
		},
	},
	"Scan": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Scan(up, 0, add) }, Out: sums},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Scan(up, 0, func(sum, v int) int { hook(v); return sum + v }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Scan(up, nil, func(_, v lawToken) lawToken { return use(v) })
		},
	},
	"Take": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.Take(up, 600) },
			Out: func(n int) []int { return numbersTo(min(n, 600)) },
		},
		Owned: func(up tokenStream, _ tokenFunc) tokenStream { return operators.Take(up, 600) },
	},
	"TakeWhile": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.TakeWhile(up, func(v int) bool { return v < 600 }) },
			Out: func(n int) []int { return numbersTo(min(n, 600)) },
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.TakeWhile(up, hooked(hook, func(v int) bool { return v < 600 }), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.TakeWhile(operators.Map(up, use), func(v lawToken) bool { return v.N < 600 })
		},
	},
	"Skip": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.Skip(up, 3) },
			Out: func(n int) []int { return firstOf(n, above2) },
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream { return operators.Skip(operators.Map(up, use), 300) },
	},
	"SkipWhile": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.SkipWhile(up, func(v int) bool { return !above2(v) }) },
			Out: func(n int) []int { return firstOf(n, above2) },
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.SkipWhile(up, hooked(hook, func(v int) bool { return !above2(v) }), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.SkipWhile(operators.Map(up, use), isSmall)
		},
	},
	"Distinct": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Distinct(up, 4) }},
		Owned:          func(up tokenStream, _ tokenFunc) tokenStream { return operators.Distinct(up, 4) },
	},
	"DistinctBy": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.DistinctBy(up, 1, third) }, Out: thirds,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.DistinctBy(up, 1, hooked(hook, third), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.DistinctBy(operators.Map(up, use), 1, thirdOf)
		},
	},
	"DistinctUntilChanged": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.DistinctUntilChanged(up) }},
	},
	"DistinctUntilChangedBy": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.DistinctUntilChangedBy(up, third) }, Out: thirds,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.DistinctUntilChangedBy(up, hooked(hook, third), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.DistinctUntilChangedBy(operators.Map(up, use), thirdOf)
		},
	},
	"Fold": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.Fold(up, 0, add) },
			Out: func(n int) []int { return append(sums(n), 0)[max(0, n-1):][:1] }, Prefetch: -1, Lazy: true,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Fold(up, 0, func(sum, v int) int { hook(v); return sum + v }, operators.WithName("it"))
		},
		Stage: "it",
		AtEnd: true,
		Adds: func(n int) int {
			if n == 0 {
				return 1
			}
			return 0
		},
	},
	"FlatMapSlice": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher {
				return operators.FlatMapSlice(up, func(v int) []int { return []int{v, v} })
			},
			Out: doubles, Prefetch: -1,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.FlatMapSlice(up, func(v int) []int { hook(v); return []int{v, v} }, operators.WithName("it"))
		},
		Stage:  "it",
		Expand: func(int) int { return 2 },
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.FlatMapSlice(up, func(v lawToken) []lawToken {
				if v.N%3 == 0 {
					return []lawToken{use(v)}
				}
				return []lawToken{use(v), v.Another(), v.Another()}
			})
		},
	},
}

func thirds(n int) []int { return firstOf(n, func(v int) bool { return v%3 == 0 }) }

// lawsOfBatch has full batches only.
var lawsOfBatch = flowtest.LawConfig[int, []int]{
	OperatorConfig: flowtest.OperatorConfig[int, []int]{
		New: func(up publisher) flow.Publisher[[]int] { return operators.Batch(up, 3) },
		Out: fullBatches(3),
	},
	Size: 702,
	Owned: func(up tokenStream, use tokenFunc) tokenStream {
		return operators.FlatMapSlice(operators.Batch(operators.Map(up, use), 3), func(b []lawToken) []lawToken { return b })
	},
}
