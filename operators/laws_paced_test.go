package operators_test

import (
	"iter"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lawsOfPaced are operators that emit when the clock or another stream says so.
var lawsOfPaced = map[string]lawConfig{
	"SampleOn": timedLaws(func(up publisher) publisher {
		return operators.SampleOn(up, sources.Ticker(time.Millisecond), operators.WithLast())
	}, func(up tokenStream) tokenStream { return operators.SampleOn(up, sources.Ticker(time.Millisecond)) }),
	"BatchWeightedWhileBusy": {
		OperatorConfig: operatorConfig{
			New:      func(up publisher) publisher { return flat(operators.BatchWeightedWhileBusy(up, 8, itself)) },
			Prefetch: -1,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return flat(operators.BatchWeightedWhileBusy(up, 8, hooked(hook, func(v int) int64 { return int64(v % 5) }), operators.WithName("it")))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return flat(operators.BatchWeightedWhileBusy(operators.Map(up, use), 8, func(t lawToken) int64 { return int64(t.N % 5) }))
		},
		Exempt: map[string]string{"sum": "what makes single elements of slices again makes many of one"},
	},
	"BufferWith a TTL": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher {
				return operators.BufferWith(up, operators.BufferConfig[int]{Capacity: 1000, Strategy: flow.DropOldest, TTL: time.Hour})
			},
			Prefetch: -1,
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			short := operators.BufferConfig[lawToken]{Capacity: 4, Strategy: flow.DropIncoming, TTL: ms}
			return operators.Throttle(operators.BufferWith(operators.Map(operators.Throttle(up, 2, ms), use), short), 1, ms)
		},
		Size: timedSize,
	},
	"ConflateWithSeed": {
		OperatorConfig: operatorConfig{
			New:   func(up publisher) publisher { return operators.ConflateWithSeed(up, same, second) },
			Lossy: true, Prefetch: -1,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.ConflateWithSeed(up, hooked(hook, same), func(_, v int) int { hook(v); return v }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.ConflateWithSeed(up, use, func(pending, v lawToken) lawToken {
				both := use(v) // where that does not return, the pending one is emitted
				pending.Consume()
				return both
			})
		},
	},
	"KeepAlive": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.KeepAlive(up, time.Hour, func() int { return -1 })
		}},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			alive := operators.KeepAlive(operators.Map(operators.Throttle(up, 1, ms), use), ms/3, func() lawToken { return &flowtest.Token{N: -1} })
			return operators.Filter(alive, func(t lawToken) bool { return t.N >= 0 })
		},
		Size: timedSize,
	},
	"Extrapolate": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Extrapolate(up, none) }, Prefetch: 1},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			more := operators.Extrapolate(operators.Map(up, use), func(t lawToken) iter.Seq[lawToken] {
				t.Consume()
				return func(yield func(lawToken) bool) {
					for range 3 {
						if !yield(&flowtest.Token{N: -1}) {
							return
						}
					}
				}
			})
			return operators.Filter(more, func(t lawToken) bool { return t.N >= 0 })
		},
	},
	"TimeoutDemand": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.TimeoutDemand(up, time.Hour) }},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.TimeoutDemand(operators.Map(up, use), time.Hour)
		},
	},
}

func second(_, v int) int { return v }
