package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func pair(v int) publisher { return sources.Of(v, v) }

// TestProtocolOfFanIns holds the operators that make one stream of several
// against the rules.
func TestProtocolOfFanIns(t *testing.T) {
	tests := map[string]flowtest.OperatorConfig[int, int]{
		"FlatMap one at a time": {
			New: func(up publisher) publisher { return operators.FlatMap(up, 1, pair) },
			Out: doubles, Prefetch: 1,
		},
		"FlatMap": {
			New: func(up publisher) publisher { return operators.FlatMap(up, 4, pair) },
			Out: doubles, Prefetch: 4, Unordered: true,
		},
		"FlatMap with boundaries": {
			New: func(up publisher) publisher {
				return operators.FlatMap(up, 4, func(v int) publisher { return operators.Async(pair(v), 2) })
			},
			Out: doubles, Prefetch: 4, Unordered: true,
		},
		"Zip2 first": {New: func(up publisher) publisher {
			return operators.Zip2(up, sources.Range(0, 1<<40), func(v int, _ int64) int { return v })
		}},
		"Zip2 second": {New: func(up publisher) publisher {
			return operators.Zip2(operators.Async(sources.Range(0, 1<<40), 3), up, func(_ int64, v int) int { return v })
		}},
		"GroupBy keys": {
			New: func(up publisher) publisher {
				groups := operators.GroupBy(up, 1<<20, 8, func(v int) int { return v })
				return operators.Map(groups, func(g operators.Group[int, int]) int {
					g.Release(flow.Filtered) // it is not subscribed to
					return g.Key
				})
			},
			Prefetch: 7, // and one for the group that is requested
		},
		"GroupBy": {
			New: func(up publisher) publisher {
				groups := operators.GroupBy(up, 4, 8, func(v int) int { return v % 4 })
				return operators.FlatMap(groups, 4, func(g operators.Group[int, int]) publisher { return g })
			},
			Prefetch: 8, Unordered: true,
		},
		"GroupBy of one group": {
			New: func(up publisher) publisher {
				groups := operators.GroupBy(up, 4, 8, func(int) string { return "" })
				return operators.FlatMap(groups, 4, func(g operators.Group[string, int]) publisher { return operators.Async(g, 64) })
			},
			Prefetch: 8,
		},
		"FlatMap inner": {
			New: func(up publisher) publisher {
				return operators.FlatMap(sources.Of(0), 3, func(int) publisher { return up })
			},
			Prefetch: 32,
		},
		"FlatMap inner prefetch": {
			New: func(up publisher) publisher {
				return operators.FlatMap(sources.Of(0), 3, func(int) publisher { return up }, operators.WithPrefetch(5))
			},
			Prefetch: 5,
		},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
