package operators_test

import (
	"context"
	"iter"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// mapping is the loop that makes f(v) of each element v.
func mapping[T any](f func(T) T) func(iter.Seq[T]) iter.Seq[T] {
	return func(in iter.Seq[T]) iter.Seq[T] {
		return func(yield func(T) bool) {
			for v := range in {
				if !yield(f(v)) {
					return
				}
			}
		}
	}
}

// handling is the handler that emits f(v) for each element v.
func handling[T any](f func(T) T) func() operators.Handler[T, T] {
	return func() operators.Handler[T, T] {
		return operators.Handler[T, T]{Next: func(_ context.Context, v T, emit func(T)) error { emit(f(v)); return nil }}
	}
}

type lawTokens = flow.Publisher[*flowtest.Token]

// TestLawsOfCustom holds what adapts the stages of users against the laws of
// streams.
func TestLawsOfCustom(t *testing.T) {
	same := func(v int) int { return v }
	hooked := func(hook func(int)) func(int) int { return func(v int) int { hook(v); return v } }
	for name, cfg := range map[string]flowtest.LawConfig[int, int]{
		"Through": {
			OperatorConfig: flowtest.OperatorConfig[int, int]{New: func(up publisher) publisher { return operators.Through(up, mapping(same)) }},
			Call:           func(up publisher, hook func(int)) publisher { return operators.Through(up, mapping(hooked(hook))) },
			Owned: func(up lawTokens, use func(*flowtest.Token) *flowtest.Token) lawTokens {
				return operators.Through(up, mapping(use))
			},
		},
		"Handle": {
			OperatorConfig: flowtest.OperatorConfig[int, int]{New: func(up publisher) publisher { return operators.Handle(up, 1, handling(same)) }},
			Call:           func(up publisher, hook func(int)) publisher { return operators.Handle(up, 1, handling(hooked(hook))) },
			Owned: func(up lawTokens, use func(*flowtest.Token) *flowtest.Token) lawTokens {
				return operators.Handle(up, 1, handling(use))
			},
		},
		"Through twice": {
			OperatorConfig: flowtest.OperatorConfig[int, int]{
				New: func(up publisher) publisher { return operators.Through(up, loopOver(loopTwice)) }, Out: doubles, Prefetch: -1,
			},
			Expand: func(int) int { return 2 },
		},
		"Handle twice": {
			OperatorConfig: flowtest.OperatorConfig[int, int]{
				New: func(up publisher) publisher {
					return operators.Handle(up, 2, nextOnly(func(v int, emit func(int)) error { emit(v); emit(v); return nil }))
				},
				Out: doubles, Prefetch: -1, // it asks for as many as are demanded
			},
			Expand: func(int) int { return 2 },
		},
		"Via": {
			OperatorConfig: flowtest.OperatorConfig[int, int]{
				New: func(up publisher) publisher { return operators.Via(up, newSquare) }, Out: squares,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
}
