package operators_test

import (
	"testing"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lawsOfSwitches are the operators that leave a stream for another one.
var lawsOfSwitches = map[string]lawConfig{
	"SwitchMap inner": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.SwitchMap(sources.Of(0), func(int) publisher { return up })
		}},
	},
	"SwitchMap": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher {
				return operators.SwitchMap(up, func(v int) publisher { return sources.Of(v) })
			},
			Lossy: true, Prefetch: -1,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.SwitchMap(up, hooked(hook, func(v int) publisher { return sources.Of(v) }), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.SwitchMap(up, func(v lawToken) tokenStream { use(v).Consume(); return lateTokens(v, 3) })
		},
		ErrorsFirst: true,
	},
	"ExhaustMap": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher {
				return operators.ExhaustMap(up, func(v int) publisher { return sources.Of(v) })
			},
			Lossy: true, Prefetch: -1,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.ExhaustMap(up, hooked(hook, func(v int) publisher { return sources.Of(v) }), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.ExhaustMap(up, func(v lawToken) tokenStream { use(v).Consume(); return lateTokens(v, 3) })
		},
		ErrorsFirst: true,
	},
}

func TestLawsOfSwitches(t *testing.T) { runLaws(t, lawsOfSwitches) }

func runLaws(t *testing.T, table map[string]lawConfig) {
	t.Helper()
	for name, cfg := range table {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
}
