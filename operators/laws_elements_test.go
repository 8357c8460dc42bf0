package operators_test

import (
	"testing"

	"github.com/weirgo/weir/operators"
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
}

// TestLawsOfElements holds them against the laws of streams.
func TestLawsOfElements(t *testing.T) { runLaws(t, lawsOfElements) }
