package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/operators"
)

// lawsOfEarlyEnds are groups that end before upstream does.
var lawsOfEarlyEnds = map[string]lawConfig{
	"GroupBy with eviction":                earlyLaws(2, operators.WithEviction()),
	"GroupBy with idle groups":             earlyLaws(lawKeys, operators.WithMaxIdle(time.Millisecond)),
	"GroupBy with eviction of idle groups": earlyLaws(2, operators.WithEviction(), operators.WithMaxIdle(time.Millisecond)),
}

func earlyLaws(groups int, opt ...operators.Option) lawConfig {
	read := func(all lawGroups) publisher {
		return operators.FlatMap(all, groups, elements, operators.WithPrefetch(1))
	}
	return lawConfig{
		OperatorConfig: operatorConfig{
			New:       func(up publisher) publisher { return read(operators.GroupBy(up, groups, 8, keyOf, opt...)) },
			Unordered: true, Prefetch: int64(groups)*(1+8) + 8,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return read(operators.GroupBy(up, groups, 8, hooked(hook, keyOf), append(opt, operators.WithName("it"))...))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.FlatMap(operators.GroupBy(up, groups, 8, keyOfToken, opt...), groups,
				func(g operators.Group[int, lawToken]) tokenStream { return operators.Map(g, use) })
		},
		ErrorsFirst: true, // so does FlatMap
	}
}

func TestLawsOfEarlyEnds(t *testing.T) { runLaws(t, lawsOfEarlyEnds) }
