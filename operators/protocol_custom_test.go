package operators_test

import (
	"context"
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
func loopTwice(v int, yield func(int) bool) bool {
	first := yield(v)
	return first && yield(v)
}

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

// handlerSum emits the sum at the end.
func handlerSum() operators.Handler[int, int] {
	sum := 0
	return operators.Handler[int, int]{
		Next:     func(_ context.Context, v int, _ func(int)) error { sum += v; return nil },
		Complete: func(_ context.Context, emit func(int)) error { emit(sum); return nil },
	}
}

// TestProtocolOfCustom holds what adapts the stages of users against the rules
// of the protocol.
func TestProtocolOfCustom(t *testing.T) {
	through := func(loop func(iter.Seq[int]) iter.Seq[int]) func(publisher) publisher {
		return func(up publisher) publisher { return operators.Through(up, loop) }
	}
	handle := func(limit int, next func(v int, emit func(int))) func(publisher) publisher {
		return func(up publisher) publisher {
			return operators.Handle(up, limit, func() operators.Handler[int, int] {
				return operators.Handler[int, int]{Next: func(_ context.Context, v int, emit func(int)) error { next(v, emit); return nil }}
			})
		}
	}
	for name, cfg := range map[string]flowtest.OperatorConfig[int, int]{
		"Through":       {New: through(loopOver(loopSame))},
		"Through evens": {New: through(loopOver(loopEvens)), Out: evens},
		"Through twice": {New: through(loopOver(loopTwice)), Out: doubles},
		"Through sum": {
			New: through(loopSum), Lazy: true,
			Out: func(n int) []int { return append(sums(n), 0)[max(0, n-1):][:1] },
		},
		"Handle": {New: handle(1, func(v int, emit func(int)) { emit(v) })},
		"Handle evens": {
			New: handle(1, func(v int, emit func(int)) {
				if v%2 == 0 {
					emit(v)
				}
			}), Out: evens,
		},
		"Handle twice": {New: handle(2, func(v int, emit func(int)) { emit(v); emit(v) }), Out: doubles},
		"Handle sum": {
			New: func(up publisher) publisher { return operators.Handle(up, 1, handlerSum) }, Lazy: true,
			Out: func(n int) []int { return append(sums(n), 0)[max(0, n-1):][:1] },
		},
		"Via":       {New: func(up publisher) publisher { return operators.Via(up, newSquare) }, Out: squares},
		"Via async": {New: func(up publisher) publisher { return operators.Via(up, newDistant) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
