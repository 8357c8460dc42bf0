package operators_test

import (
	"context"
	"iter"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lawsOfQueues are the operators with an island above them.
var lawsOfQueues = map[string]lawConfig{
	"Async": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Async(up, 16) }, Prefetch: 16},
		Owned:          func(up tokenStream, use tokenFunc) tokenStream { return operators.Map(operators.Async(up, 16), use) },
	},
	"Async 1": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Async(up, 1) }, Prefetch: 1},
		Owned:          func(up tokenStream, use tokenFunc) tokenStream { return operators.Async(operators.Map(up, use), 1) },
	},
	"Broadcast": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Broadcast(up, 1, 8)[0] }, Prefetch: 8},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Merge(5, operators.Broadcast(operators.Map(up, use), 2, 8)...)
		},
	},
	"Buffer block": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Buffer(up, 8, flow.Block) }, Prefetch: 8},
		Owned:          bufferTokens(8, flow.Block),
	},
	"Buffer drop oldest":   {OperatorConfig: lossy(8, flow.DropOldest), Owned: bufferTokens(8, flow.DropOldest)},
	"Buffer drop incoming": {OperatorConfig: lossy(8, flow.DropIncoming), Owned: bufferTokens(8, flow.DropIncoming)},
	"Buffer latest":        {OperatorConfig: lossy(1, flow.Latest), Owned: bufferTokens(1, flow.Latest)},
	"Buffer fail": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.Buffer(up, 1<<16, flow.Fail) }, Prefetch: -1,
		},
		Owned: bufferTokens(64, flow.Fail),
	},
	"BufferWith": {
		OperatorConfig: lossy(4, flow.DropOldest),
		Call: func(up publisher, hook func(int)) publisher {
			return operators.BufferWith(up, operators.BufferConfig[int]{
				Capacity: 4, Strategy: flow.DropOldest, OnDropped: func(v int, _ flow.Reason) { hook(v) },
			})
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.BufferWith(operators.Map(up, use), operators.BufferConfig[lawToken]{
				Capacity: 4, Strategy: flow.DropIncoming, OnDropped: func(v lawToken, _ flow.Reason) { v.Consume() },
			})
		},
		Exempt: map[string]string{"panic": "a panic of OnDropped is reported, and changes nothing"},
	},
	"Conflate": {
		OperatorConfig: operatorConfig{
			New:   func(up publisher) publisher { return operators.Conflate(up, func(_, v int) int { return v }) },
			Lossy: true, Prefetch: -1,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Conflate(up, func(_, v int) int { hook(v); return v }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Conflate(up, func(pending, v lawToken) lawToken {
				both := use(v) // where that does not return, the pending one is emitted
				pending.Consume()
				return both
			})
		},
	},
}

// lossy describes a Buffer that drops.
func lossy(capacity int, strategy flow.Overflow) operatorConfig {
	return operatorConfig{
		New:   func(up publisher) publisher { return operators.Buffer(up, capacity, strategy) },
		Lossy: true, Prefetch: -1,
	}
}

func bufferTokens(capacity int, strategy flow.Overflow) func(tokenStream, tokenFunc) tokenStream {
	return func(up tokenStream, use tokenFunc) tokenStream {
		return operators.Buffer(operators.Async(operators.Map(up, use), 16), capacity, strategy)
	}
}

// lateTokens is a stream of tokens of v, made when they are asked for.
func lateTokens(v lawToken, n int) tokenStream {
	return sources.Seq(func(yield func(lawToken) bool) {
		for range n {
			if !yield(v.Another()) {
				return
			}
		}
	})
}

// lawsOfFanIns are the operators with several upstreams.
var lawsOfFanIns = map[string]lawConfig{
	"Merge": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Merge(8, up) }, Prefetch: 8},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Merge(8, up, operators.Async(operators.Map(up, use), 4))
		},
	},
	"FlatMap": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.FlatMap(up, 4, pair) },
			Out: doubles, Prefetch: 4, Unordered: true,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.FlatMap(up, 4, hooked(hook, pair), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.FlatMap(up, 4, func(v lawToken) tokenStream { use(v).Consume(); return lateTokens(v, 3) })
		},
		ErrorsFirst: true,
	},
	"Zip2": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.Zip2(up, sources.Range(0, 1<<40), func(v int, _ int64) int { return v })
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Zip2(up, sources.Range(0, 1<<40), func(v int, _ int64) int { hook(v); return v }, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Zip2(up, operators.Async(up, 4), func(v, w lawToken) lawToken { w.Consume(); return use(v) })
		},
		ErrorsFirst: true,
	},
}

// lawsOfRelays are the operators with one upstream after another.
var lawsOfRelays = map[string]lawConfig{
	"Concat": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Concat(sources.Empty[int](), up) }},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Concat(operators.Take(up, 300), operators.Map(up, use))
		},
	},
	"ConcatMap": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.ConcatMap(up, pair) }, Out: doubles,
		},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.ConcatMap(up, hooked(hook, pair), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.ConcatMap(up, func(v lawToken) tokenStream { use(v).Consume(); return lateTokens(v, 3) })
		},
	},
	"Retry": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher { return operators.Retry(up, 3) }, Recovers: true,
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Retry(operators.Map(up, use), 3, operators.WithBackoff(time.Microsecond, time.Second))
		},
	},
	"Recover": {
		OperatorConfig: operatorConfig{
			New:      func(up publisher) publisher { return operators.Recover(up, func(error) (int, error) { return 0, nil }) },
			Recovers: true,
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Recover(operators.Map(up, use), func(err error) (lawToken, error) { return nil, err })
		},
	},
	"Resume": {
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher {
				return operators.Resume(up, func(error) (publisher, error) { return sources.Of(0), nil })
			},
			Recovers: true,
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Resume(operators.Map(up, use), func(error) (tokenStream, error) { return up, nil })
		},
	},
}

// lawsOfCalls are the operators whose functions run elsewhere, or as a loop.
var lawsOfCalls = map[string]lawConfig{
	"MapAsync":           mapAsyncLaws(operatorConfig{Prefetch: 8}),
	"MapAsync unordered": mapAsyncLaws(operatorConfig{Prefetch: 8, Unordered: true}, operators.Unordered()),
	"Through": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Through(up, loopOver(loopSame)) }},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Through(up, loopOver(func(v int, yield func(int) bool) bool { hook(v); return yield(v) }), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Through(up, func(in iter.Seq[lawToken]) iter.Seq[lawToken] {
				return func(yield func(lawToken) bool) {
					for v := range in {
						if !yield(use(v)) {
							return
						}
					}
				}
			})
		},
	},
}

func mapAsyncLaws(cfg operatorConfig, opts ...operators.Option) lawConfig {
	opts = append(opts, operators.WithName("it"))
	cfg.New = func(up publisher) publisher {
		return operators.MapAsync(up, 8, func(_ context.Context, v int) (int, error) { return v, nil }, opts...)
	}
	return lawConfig{
		OperatorConfig: cfg,
		Call: func(up publisher, hook func(int)) publisher {
			return operators.MapAsync(up, 8, func(_ context.Context, v int) (int, error) { hook(v); return v, nil }, opts...)
		},
		Stage:      "it",
		Concurrent: 8,
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.MapAsync(up, 8, func(_ context.Context, v lawToken) (lawToken, error) { return use(v), nil }, opts...)
		},
	}
}

// timedSize is how many elements those of them get that wait for each.
const timedSize = 80

// lawsOfTimed are the operators that know time. All is virtual.
var lawsOfTimed = map[string]lawConfig{
	"Throttle": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.Throttle(up, 3, time.Millisecond, operators.WithBurst(5))
		}},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Throttle(operators.Map(up, use), 3, time.Millisecond)
		},
		Size: timedSize,
	},
	"Debounce": timedLaws(func(up publisher) publisher {
		return operators.Debounce(up, time.Millisecond, operators.WithMaxWait(3*time.Millisecond))
	}, func(up tokenStream) tokenStream { return operators.Debounce(up, time.Millisecond) }),
	"Sample": timedLaws(func(up publisher) publisher {
		return operators.Sample(up, time.Millisecond, operators.WithLast())
	}, func(up tokenStream) tokenStream { return operators.Sample(up, time.Millisecond) }),
	"Timeout": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.Timeout(up, time.Hour) }},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Timeout(operators.Map(up, use), time.Hour)
		},
	},
}

// timedLaws describes an operator that leaves elements out. Upstream comes in
// bursts, so that there is something to leave out and something to emit.
func timedLaws(op func(publisher) publisher, owned func(tokenStream) tokenStream) lawConfig {
	return lawConfig{
		OperatorConfig: operatorConfig{
			New: func(up publisher) publisher {
				return op(operators.Throttle(up, 2000, time.Second, operators.WithBurst(3)))
			},
			Lossy: true, Lazy: true, Prefetch: -1,
		},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return owned(operators.Map(operators.Throttle(up, 2000, time.Second, operators.WithBurst(3)), use))
		},
		Size: timedSize,
	}
}
