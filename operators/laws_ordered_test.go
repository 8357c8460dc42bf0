package operators_test

import (
	"cmp"
	"testing"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func compareTokens(a, b lawToken) int { return cmp.Compare(a.N, b.N) }

func TestLawsOfOrderedMerges(t *testing.T) {
	runLaws(t, map[string]lawConfig{
		"MergeSorted": {
			OperatorConfig: operatorConfig{
				New: func(up publisher) publisher {
					return operators.MergeSorted(8, cmp.Compare[int], sources.Empty[int](), up)
				},
				Prefetch: 8,
			},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.MergeSorted(8, compareTokens, up, operators.Async(operators.Map(up, use), 4), up)
			},
		},
		"Interleave": {
			OperatorConfig: operatorConfig{
				New:      func(up publisher) publisher { return operators.Interleave(3, sources.Empty[int](), up) },
				Prefetch: 3,
			},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.Interleave(3, up, operators.Async(operators.Map(up, use), 4), up)
			},
		},
		"Flatten": {
			OperatorConfig: operatorConfig{
				New:      func(up publisher) publisher { return operators.Flatten(sources.Of(up), 2, operators.WithPrefetch(5)) },
				Prefetch: 5,
			},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.Flatten(sources.Of(up, operators.Map(up, use)), 2)
			},
		},
		"Switch": {
			OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Switch(sources.Of(up)) }},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.Switch(sources.Of(operators.Take(up, 3), operators.Map(up, use)))
			},
		},
	})
}
