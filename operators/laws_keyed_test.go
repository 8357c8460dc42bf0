package operators_test

import (
	"context"
	"testing"

	"github.com/weirgo/weir/operators"
)

func TestLawsOfKeyedCalls(t *testing.T) {
	runLaws(t, map[string]lawConfig{
		"MapAsyncKeyed":            keyedLaws(operatorConfig{Prefetch: 16, Unordered: true}, 4, 5),
		"MapAsyncKeyed of one key": keyedLaws(operatorConfig{Prefetch: 16}, 1, 1),
		"MapAsyncKeyed keys": {
			OperatorConfig: operatorConfig{
				New: func(up publisher) publisher {
					return operators.MapAsyncKeyed(up, 4, 16, third, func(_ context.Context, v int) (int, error) { return v, nil })
				},
				Prefetch: 16, Unordered: true,
			},
			Call: func(up publisher, hook func(int)) publisher {
				return operators.MapAsyncKeyed(up, 4, 16, hooked(hook, third), func(_ context.Context, v int) (int, error) { return v, nil }, operators.WithName("it"))
			},
			Stage: "it",
		},
	})
}

func keyedLaws(cfg operatorConfig, concurrent, keys int) lawConfig {
	key := func(v int) int { return v % keys }
	it := operators.WithName("it")
	cfg.New = func(up publisher) publisher {
		return operators.MapAsyncKeyed(up, 4, 16, key, func(_ context.Context, v int) (int, error) { return v, nil }, it)
	}
	return lawConfig{
		OperatorConfig: cfg,
		Call: func(up publisher, hook func(int)) publisher {
			return operators.MapAsyncKeyed(up, 4, 16, key, func(_ context.Context, v int) (int, error) { hook(v); return v, nil }, it)
		},
		Stage:      "it",
		Concurrent: concurrent,
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.MapAsyncKeyed(up, 4, 16, func(v lawToken) int { return key(v.N) },
				func(_ context.Context, v lawToken) (lawToken, error) { return use(v), nil }, it)
		},
	}
}
