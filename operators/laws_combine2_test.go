package operators_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lawsOfCombinations are the operators that make one element of those of
// several streams.
var lawsOfCombinations = map[string]lawConfig{
	"Zip": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.Zip([]publisher{up, endless(0), operators.Async(endless(0), 3)}, firstOfRow)
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Zip([]publisher{endless(0), up}, func(row []int) int { hook(row[1]); return row[1] }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Zip([]tokenStream{up, operators.Async(up, 4), up}, func(row []lawToken) lawToken {
				row[1].Consume()
				row[2].Consume()
				return use(row[0])
			})
		},
		ErrorsFirst: true,
	},
	"Zip3": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.Zip3(endless(0), up, endless(0), func(_, v, _ int) int { return v })
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Zip3(endless(0), up, endless(0), func(_, v, _ int) int { hook(v); return v }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Zip3(up, operators.Async(up, 4), up, func(v, w, x lawToken) lawToken {
				w.Consume()
				x.Consume()
				return use(v)
			})
		},
		ErrorsFirst: true,
	},
	"CombineLatest": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.CombineLatest([]publisher{sources.Of(1), sources.Of(2), up}, lastOfRow)
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.CombineLatest([]publisher{sources.Of(1), up}, func(row []int) int { hook(row[1]); return row[1] }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.CombineLatest([]tokenStream{up, operators.Async(operators.Map(up, use), 4), up}, func(row []lawToken) lawToken {
				return row[2].Another()
			})
		},
	},
	"CombineLatest2": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.CombineLatest2(sources.Of(0), up, secondOf2)
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.CombineLatest2(sources.Of(0), up, func(_, v int) int { hook(v); return v }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.CombineLatest2(operators.Map(up, use), operators.Async(up, 4), func(v, _ lawToken) lawToken {
				return v.Another()
			})
		},
	},
	"WithLatestFrom": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.WithLatestFrom(up, sources.Of(0), firstOf2)
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.WithLatestFrom(up, sources.Of(0), func(v, _ int) int { hook(v); return v }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.WithLatestFrom(up, operators.Async(up, 4), func(v, _ lawToken) lawToken { return use(v) })
		},
	},
	"Race": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.Race(sources.Never[int](), up, sources.Never[int]())
		}},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Race(operators.Async(up, 4), operators.Map(up, use), up)
		},
	},
}

func TestLawsOfSequential(t *testing.T) {
	runLaws(t, map[string]lawConfig{
		"FlatMapSequential": {
			OperatorConfig: operatorConfig{
				New: func(up publisher) publisher { return operators.FlatMapSequential(up, 4, pair) }, Out: doubles, Prefetch: 4,
			},
			Call: func(up publisher, hook func(int)) publisher {
				return operators.FlatMapSequential(up, 4, hooked(hook, pair), operators.WithName("it"))
			},
			Stage: "it",
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.FlatMapSequential(up, 4, func(v lawToken) tokenStream { use(v).Consume(); return lateTokens(v, 3) })
			},
		},
	})
}

// TestLawsOfCombinations: the operators that look at which of two streams comes
// first are given one that does. A seed would let the other one come first: see
// TestCombineLatestIsWhatALoopIs.
func TestLawsOfCombinations(t *testing.T) {
	for _, name := range []string{"CombineLatest", "CombineLatest2", "WithLatestFrom"} {
		cfg := lawsOfCombinations[name]
		cfg.Schedulers = slices.DeleteFunc(flowtest.LawSchedulers(), func(s flowtest.LawScheduler) bool {
			return strings.HasPrefix(s.Name, "seeded")
		})
		lawsOfCombinations[name] = cfg
	}
	runLaws(t, lawsOfCombinations)
}
