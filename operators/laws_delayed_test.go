package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lawsOfDelayed are the operators that go on when a stream fails.
var lawsOfDelayed = map[string]lawConfig{
	"FlatMap": delayedLaws(operatorConfig{Prefetch: 4, Unordered: true}, delayedFlatMap[int, int], delayedFlatMap[lawToken, lawToken]),
	"FlatMapSequential": delayedLaws(operatorConfig{Prefetch: 4},
		delayedSequential[int, int], delayedSequential[lawToken, lawToken]),
	"ConcatMap": delayedLaws(operatorConfig{}, delayedConcatMap[int, int], delayedConcatMap[lawToken, lawToken]),
	"Flatten": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher {
				return operators.Flatten(sources.Of(up), 2, operators.WithPrefetch(5), operators.WithDelayErrors())
			},
			Prefetch: 5,
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Flatten(sources.Of(up, operators.Map(up, use)), 2, operators.WithDelayErrors())
		},
	},
}

func delayedFlatMap[In, Out any](up flow.Publisher[In], f func(In) flow.Publisher[Out]) flow.Publisher[Out] {
	return operators.FlatMap(up, 4, f, operators.WithDelayErrors(), operators.WithName("it"))
}

func delayedSequential[In, Out any](up flow.Publisher[In], f func(In) flow.Publisher[Out]) flow.Publisher[Out] {
	return operators.FlatMapSequential(up, 4, f, operators.WithDelayErrors(), operators.WithName("it"))
}

func delayedConcatMap[In, Out any](up flow.Publisher[In], f func(In) flow.Publisher[Out]) flow.Publisher[Out] {
	return operators.ConcatMap(up, f, operators.WithDelayErrors(), operators.WithName("it"))
}

// delayedLaws is an operator over numbers, of which each becomes two, and over
// tokens.
func delayedLaws(cfg operatorConfig, op func(publisher, func(int) publisher) publisher,
	owned func(tokenStream, func(lawToken) tokenStream) tokenStream) lawConfig {
	cfg.New = func(up publisher) publisher { return op(up, pair) }
	cfg.Out = doubles
	return lawConfig{
		OperatorConfig: cfg,
		Call:           func(up publisher, hook func(int)) publisher { return op(up, hooked(hook, pair)) },
		Stage:          "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return owned(up, func(v lawToken) tokenStream { use(v).Consume(); return lateTokens(v, 3) })
		},
	}
}

func TestLawsOfDelayed(t *testing.T) { runLaws(t, lawsOfDelayed) }
