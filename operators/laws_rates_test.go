package operators_test

import (
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// lawsOfRates are the forms of Throttle. Of those that drop elements or fail,
// the row with the hook has tokens for all.
var lawsOfRates = map[string]lawConfig{
	"ThrottleWith": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.ThrottleWith(up, throttleConfig{
				N: 3, Per: time.Millisecond, Burst: 5, Strategy: flow.Block, Cost: func(v int) int64 { return int64(v % 4) },
			})
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.ThrottleWith(up, throttleConfig{
				N: 3, Per: time.Millisecond, Burst: 5, Strategy: flow.Block, Cost: func(v int) int64 { hook(v); return int64(v % 4) },
			}, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.ThrottleWith(operators.Map(up, use), operators.ThrottleConfig[lawToken]{
				N: 3, Per: time.Millisecond, Strategy: flow.Block, Cost: func(t lawToken) int64 { return int64(t.N % 7) },
			})
		},
		Size: timedSize,
	},
	"ThrottleWith that drops": limitLaws(flow.DropIncoming, func(up publisher, cfg throttleConfig, opts ...operators.Option) publisher {
		return operators.ThrottleWith(up, cfg, opts...)
	}),
	"ThrottleWith that fails": limitLaws(flow.Fail, func(up publisher, cfg throttleConfig, opts ...operators.Option) publisher {
		return operators.ThrottleWith(up, cfg, opts...)
	}),
	"ThrottleKeyed": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.ThrottleKeyed(up, 5, third, throttleConfig{N: 3, Per: time.Second, Burst: 3, Strategy: flow.DropIncoming})
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.ThrottleKeyed(up, 5, hooked(hook, third),
				throttleConfig{N: 3, Per: time.Second, Burst: 3, Strategy: flow.Fail}, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.ThrottleKeyed(operators.Map(up, use), 50, thirdOf,
				operators.ThrottleConfig[lawToken]{N: 1, Per: time.Second, Burst: 2, Strategy: flow.DropIncoming})
		},
	},
}

// limitLaws describes a stage that lets nothing wait.
func limitLaws(strategy flow.Overflow, op func(publisher, throttleConfig, ...operators.Option) publisher) lawConfig {
	cost := func(int) int64 { return 2 }
	return lawConfig{
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return op(up, throttleConfig{N: 1, Per: time.Second, Burst: 2 * lawSize, Strategy: strategy, Cost: cost})
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return op(up, throttleConfig{N: 1, Per: time.Second, Burst: 2 * lawSize, Strategy: strategy, Cost: hooked(hook, cost)},
				operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.ThrottleWith(operators.Map(up, use), operators.ThrottleConfig[lawToken]{
				N: 1, Per: time.Second, Burst: lawSize, Strategy: flow.DropIncoming, Cost: func(t lawToken) int64 { return int64(t.N % 7) },
			})
		},
	}
}
