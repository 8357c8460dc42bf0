package operators_test

import (
	"cmp"
	"log/slog"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lawsOfElements are the operators that look at an element together with its
// place in the stream.
var lawsOfElements = map[string]lawConfig{
	"MapIndexed": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.MapIndexed(up, halfIndexed) }},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.MapIndexed(up, func(i int64, v int) int { hook(v); return halfIndexed(i, v) }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.MapIndexed(up, func(_ int64, v lawToken) lawToken { return use(v) })
		},
	},
	"Pairwise": {
		OperatorConfig: protocolOfElements["Pairwise"],
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Pairwise(up, func(_, v int) int { hook(v); return v }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Pairwise(up, func(previous, _ lawToken) lawToken { return use(previous) })
		},
	},
	"SkipUntilOther": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return openedBefore(up, ms) }},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.SkipUntilOther(operators.Map(operators.Throttle(up, 1, ms), use), sources.Timer(50*ms))
		},
	},
	"SkipUntilOther that stays closed": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.SkipUntilOther(up, never()) }, Out: noneOf, Prefetch: -1,
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.SkipUntilOther(operators.Map(up, use), never())
		},
	},
	"Log": {
		OperatorConfig: protocolOfElements["Log"],
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Log(up, loggedBy(hook), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Log(operators.Map(up, use), slog.New(slog.DiscardHandler))
		},
	},
	"Dematerialize": {
		OperatorConfig: protocolOfElements["Dematerialize"],
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Dematerialize(operators.Map(up, func(v lawToken) operators.Signal[lawToken] {
				v = use(v)
				return operators.Signal[lawToken]{Value: v}
			}))
		},
	},
	"Dematerialize of an error": {
		OperatorConfig: protocolOfElements["Dematerialize to an end"],
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Dematerialize(operators.Map(up, func(v lawToken) (s operators.Signal[lawToken]) {
				if v = use(v); v.N == 600 {
					v.Consume()
					return operators.Signal[lawToken]{Err: errStop}
				}
				return operators.Signal[lawToken]{Value: v}
			}))
		},
	},
	"Sorted": {
		OperatorConfig: sortedLaw,
		AtEnd:          true,
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Sorted(operators.Map(up, use), 1000, func(a, b lawToken) int { return cmp.Compare(b.N, a.N) })
		},
	},
	"Sorted, too many": {
		OperatorConfig: sortedLaw,
		AtEnd:          true,
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Sorted(operators.Map(up, use), 300, func(a, b lawToken) int { return cmp.Compare(a.N, b.N) })
		},
	},
}

var sortedLaw = operatorConfig{
	New: func(up publisher) publisher { return operators.Sorted(up, lawSize, cmp.Compare[int]) }, Prefetch: -1, Lazy: true,
}

// lawsOfMaterialize has the signals as they are.
var lawsOfMaterialize = flowtest.LawConfig[int, operators.Signal[int]]{
	OperatorConfig: protocolOfMaterialize,
	Owned: func(up tokenStream, use tokenFunc) tokenStream {
		return operators.Dematerialize(operators.Materialize(operators.Map(up, use)))
	},
}

// lawsOfBatchUntil have full slices only.
var lawsOfBatchUntil = map[string]flowtest.LawConfig[int, []int]{
	"BatchUntil": {
		OperatorConfig: protocolOfBatchUntil["BatchUntil 3"],
		Size:           702,
		Call: func(up publisher, hook func(int)) flow.Publisher[[]int] {
			return operators.BatchUntil(up, 9, func(v int) bool { hook(v); return lastOf3(v) }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return flat(operators.BatchUntil(operators.Map(up, use), 5, func(t lawToken) bool { return t.N%7 == 0 }))
		},
	},
	"BatchUntilChanged": {
		OperatorConfig: protocolOfBatchUntil["BatchUntilChanged 3"],
		Size:           702,
		Call: func(up publisher, hook func(int)) flow.Publisher[[]int] {
			return operators.BatchUntilChanged(up, 3, hooked(hook, third), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return flat(operators.BatchUntilChanged(operators.Map(up, use), 5, func(t lawToken) int { return t.N / 7 }))
		},
	},
}

// TestLawsOfElements holds them against the laws of streams.
func TestLawsOfElements(t *testing.T) {
	runLaws(t, lawsOfElements)
	for name, cfg := range lawsOfBatchUntil {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
	t.Run("Materialize", func(t *testing.T) {
		t.Parallel()
		verifyLaws(t, lawsOfMaterialize)
	})
}
