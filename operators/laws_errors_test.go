package operators_test

import (
	"context"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// TestLawsOfErrors holds the operators that watch a stream or deal with its
// errors against the laws of streams.
func TestLawsOfErrors(t *testing.T) {
	for name, cfg := range lawsOfErrors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
}

// evenOnly asks to leave out every other element.
func evenOnly(_ context.Context, v int) (int, error) {
	if v%2 != 0 {
		return 0, flow.ErrSkip
	}
	return v, nil
}

// skipOdd is evenOnly for tokens: those that it leaves out are released.
func skipOdd(use tokenFunc) func(context.Context, lawToken) (lawToken, error) {
	return func(_ context.Context, v lawToken) (lawToken, error) {
		if v.N%2 != 0 {
			return nil, flow.ErrSkip
		}
		return use(v), nil
	}
}

// divertOdd deals with every other token in another function.
func divertOdd(use tokenFunc) func(context.Context, lawToken) (lawToken, error) {
	return operators.DeadLetter(func(_ context.Context, v lawToken) (lawToken, error) {
		if v.N%2 != 0 {
			return nil, errStop
		}
		return use(v), nil
	}, func(_ context.Context, v lawToken, _ error) error {
		v.Consume()
		return nil
	})
}

func hookedEvenOnly(hook func(int)) func(context.Context, int) (int, error) {
	return func(ctx context.Context, v int) (int, error) {
		hook(v)
		return evenOnly(ctx, v)
	}
}

var lawsOfErrors = map[string]lawConfig{
	"TryMap that skips": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.TryMap(up, evenOnly) }, Out: evens},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.TryMap(up, hookedEvenOnly(hook), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream { return operators.TryMap(up, skipOdd(use)) },
	},
	"TryMap that diverts": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.TryMap(up, evenOnly) }, Out: evens},
		Owned:          func(up tokenStream, use tokenFunc) tokenStream { return operators.TryMap(up, divertOdd(use)) },
	},
	"MapAsync that skips": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.MapAsync(up, 3, evenOnly) }, Out: evens, Prefetch: -1,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.MapAsync(up, 3, hookedEvenOnly(hook), operators.WithName("it"))
		},
		Stage:      "it",
		Concurrent: 3,
		Owned:      func(up tokenStream, use tokenFunc) tokenStream { return operators.MapAsync(up, 3, skipOdd(use)) },
	},
	"MapAsync that diverts": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.MapAsync(up, 3, evenOnly, operators.Unordered()) },
			Out: evens, Prefetch: -1, Unordered: true,
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.MapAsync(up, 3, divertOdd(use), operators.Unordered())
		},
	},
	"MapError": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.MapError(up, func(err error) error { return err })
		}},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.MapError(operators.Map(up, use), func(err error) error { return err })
		},
	},
	"Do": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.Do(up, operators.Hooks[int]{
				OnSubscribe: func() {}, OnRequest: func(int64) {}, OnNext: func(int) {}, OnError: func(error) {},
				OnComplete: func() {}, OnCancel: func() {}, Finally: func(error) {},
			})
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Do(up, operators.Hooks[int]{OnNext: hook}, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Do(operators.Map(up, use), operators.Hooks[lawToken]{
				OnNext: func(lawToken) {}, Finally: func(error) {},
			})
		},
	},
	"DoFinally": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.DoFinally(up, func(error) {}) }},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.DoFinally(operators.Map(up, use), func(error) {})
		},
	},
	"OnErrorComplete": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.OnErrorComplete(up, func(error) bool { return false })
		}},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.OnErrorComplete(operators.Map(up, use), func(error) bool { return false })
		},
	},
	"Killable": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.Killable(up, new(operators.KillSwitch))
		}},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Killable(operators.Map(up, use), new(operators.KillSwitch))
		},
	},
	"DoOnNext": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.DoOnNext(up, func(int) {}) }},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.DoOnNext(up, hook, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.DoOnNext(operators.Map(up, use), func(lawToken) {})
		},
	},
}
