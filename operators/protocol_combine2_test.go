package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func firstOfRow(row []int) int { return row[0] }
func lastOfRow(row []int) int  { return row[len(row)-1] }
func firstOf2(v, _ int) int    { return v }
func secondOf2(_, v int) int   { return v }

// TestProtocolOfSequential holds FlatMapSequential against the rules of the
// protocol.
func TestProtocolOfSequential(t *testing.T) {
	tests := map[string]operatorConfig{
		"outer one at a time": {
			New: func(up publisher) publisher { return operators.FlatMapSequential(up, 1, pair) },
			Out: doubles, Prefetch: 1,
		},
		"outer": {
			New: func(up publisher) publisher {
				return operators.FlatMapSequential(up, 4, func(v int) publisher { return operators.Async(pair(v), 2) })
			},
			Out: doubles, Prefetch: 4,
		},
		"inner": {
			New: func(up publisher) publisher {
				return operators.FlatMapSequential(sources.Of(0), 3, func(int) publisher { return up }, operators.WithPrefetch(5))
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

// TestProtocolOfCombinations holds the operators that make one element of those
// of several streams against the rules of the protocol.
func TestProtocolOfCombinations(t *testing.T) {
	tests := map[string]operatorConfig{
		"Zip": {New: func(up publisher) publisher {
			return operators.Zip([]publisher{up, endless(0), operators.Async(endless(0), 3)}, firstOfRow)
		}},
		"Zip last": {New: func(up publisher) publisher {
			return operators.Zip([]publisher{endless(0), operators.Async(endless(0), 3), up}, lastOfRow)
		}},
		"Zip3": {New: func(up publisher) publisher {
			return operators.Zip3(endless(0), up, endless(0), func(_, v, _ int) int { return v })
		}},
		"CombineLatest": {New: func(up publisher) publisher {
			return operators.CombineLatest([]publisher{sources.Of(1), sources.Of(2), up}, lastOfRow)
		}},
		"CombineLatest2": {New: func(up publisher) publisher {
			return operators.CombineLatest2(sources.Of(0), up, secondOf2)
		}},
		"WithLatestFrom": {New: func(up publisher) publisher {
			return operators.WithLatestFrom(up, sources.Of(0), firstOf2)
		}},
		"Race": {New: func(up publisher) publisher {
			return operators.Race(sources.Never[int](), up, sources.Never[int]())
		}},
		"Race of one": {New: func(up publisher) publisher { return operators.Race(up) }},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
