package operators_test

import (
	"testing"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func TestLawsOfPrioritized(t *testing.T) {
	runLaws(t, map[string]lawConfig{
		"MergePrioritized": {
			OperatorConfig: protocolOfPrioritized["MergePrioritized"],
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.MergePrioritized(8, []int{2, 1, 5}, up, operators.Async(operators.Map(up, use), 4), up)
			},
		},
		"MergePrioritized with another": {
			OperatorConfig: operatorConfig{
				New: func(up publisher) publisher {
					return operators.MergePrioritized(8, []int{1, 3}, up, sources.Empty[int]())
				},
				Prefetch: 8,
			},
		},
	})
}
