package operators_test

import (
	"iter"
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// loopOver is the loop that makes of every element those that f hands to yield.
// f returns false when it was told to.
func loopOver(f func(v int, yield func(int) bool) bool) func(iter.Seq[int]) iter.Seq[int] {
	return func(in iter.Seq[int]) iter.Seq[int] {
		return func(yield func(int) bool) {
			for v := range in {
				if !f(v, yield) {
					return
				}
			}
		}
	}
}

func loopSame(v int, yield func(int) bool) bool  { return yield(v) }
func loopEvens(v int, yield func(int) bool) bool { return v%2 != 0 || yield(v) }
func loopTwice(v int, yield func(int) bool) bool { return yield(v) && yield(v) }

// loopSum yields the sum at the end.
func loopSum(in iter.Seq[int]) iter.Seq[int] {
	return func(yield func(int) bool) {
		sum := 0
		for v := range in {
			sum += v
		}
		yield(sum)
	}
}

// TestProtocolOfCustom holds what adapts the stages of users against the rules
// of the protocol.
func TestProtocolOfCustom(t *testing.T) {
	through := func(loop func(iter.Seq[int]) iter.Seq[int]) func(publisher) publisher {
		return func(up publisher) publisher { return operators.Through(up, loop) }
	}
	for name, cfg := range map[string]flowtest.OperatorConfig[int, int]{
		"Through":       {New: through(loopOver(loopSame))},
		"Through evens": {New: through(loopOver(loopEvens)), Out: evens},
		"Through twice": {New: through(loopOver(loopTwice)), Out: doubles},
		"Through sum": {
			New: through(loopSum), Lazy: true,
			Out: func(n int) []int { return append(sums(n), 0)[max(0, n-1):][:1] },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
