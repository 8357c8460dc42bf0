package main

import (
	"cmp"
	"context"
	"iter"
	"log/slog"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

var never = sources.Never[int64]()

// ofCombine read the source as often as they have inputs.
var ofCombine = []operator{
	{name: "Merge", op: func(src stream) stream { return operators.Merge(256, src, src) }, want: times(2)},
	{name: "MergePrioritized", op: func(src stream) stream {
		return operators.MergePrioritized(256, []int{3, 1}, src, src)
	}, want: times(2), max: 10, why: "it changes the input with its weight, and reads twice as many elements"},
	{name: "JoinWithin", op: func(src stream) stream {
		return operators.JoinWithin(src, sources.Of[int64](0), time.Hour, 256, kept, kept, func(a, _ int64) int64 { return a })
	}, want: nothing, max: 100, why: forKeys + ", and keeps it"},
	{name: "MergeSorted", op: func(src stream) stream {
		return operators.MergeSorted(256, cmp.Compare[int64], src, src)
	}, want: times(2), max: 20, why: "it compares two inputs for each of twice as many elements"},
	{name: "Interleave", op: func(src stream) stream {
		return operators.Interleave(1, src, src)
	}, want: times(2), max: 150, why: "it asks for twice as many elements, one of each source at a time"},
	{name: "Concat", op: func(src stream) stream { return operators.Concat(src, sources.Empty[int64]()) }},
	{name: "StartWith", op: func(src stream) stream { return operators.StartWith(src, 0) }},
	{name: "EndWith", op: func(src stream) stream { return operators.EndWith(src, 0) }},
	{name: "Repeat", op: func(src stream) stream { return operators.Repeat(src, 2) }, want: times(2)},
	{name: "Race", op: func(src stream) stream { return operators.Race(src, never) }},
	{name: "Zip", op: func(src stream) stream {
		return operators.Zip([]stream{src, src}, func(row []int64) int64 { return row[0] })
	}, max: 20, why: "it reads two inputs, and makes a row"},
	{name: "Zip2", op: func(src stream) stream {
		return operators.Zip2(src, src, func(a, _ int64) int64 { return a })
	}},
	{name: "Zip3", op: func(src stream) stream {
		return operators.Zip3(src, src, src, func(a, _, _ int64) int64 { return a })
	}, max: 5, why: "it reads three inputs"},
	{name: "CombineLatest", op: func(src stream) stream {
		return operators.CombineLatest([]stream{sources.Of[int64](0), src}, func(row []int64) int64 { return row[1] })
	}, max: 20, why: "it makes a row for each element"},
	{name: "CombineLatest2", op: func(src stream) stream {
		return operators.CombineLatest2(sources.Of[int64](0), src, func(_, b int64) int64 { return b })
	}, max: 10, why: "it is asked for one element at a time"},
	{name: "WithLatestFrom", op: func(src stream) stream {
		return operators.WithLatestFrom(operators.StartWith(src, 0), sources.Of[int64](0), func(a, _ int64) int64 { return a })
	}},
}

func one(v int64) stream { return sources.Of(v) }

var ofFlatten = []operator{
	{name: "Async", op: func(src stream) stream { return operators.Async(src, 256) }},
	{name: "FlatMap", op: func(src stream) stream { return operators.FlatMap(src, 8, one) }, max: 300, why: forInner, allocs: 10},
	{name: "FlatMapSequential", op: func(src stream) stream {
		return operators.FlatMapSequential(src, 8, one)
	}, max: 300, why: forInner, allocs: 10},
	{name: "ConcatMap", op: func(src stream) stream { return operators.ConcatMap(src, one) }, max: 300, why: forInner, allocs: 10},
	{name: "Expand", op: func(src stream) stream {
		return operators.Expand(src, 1<<20, func(int64) stream { return sources.Empty[int64]() })
	}, max: 300, why: forInner + ", behind a queue of all of them", allocs: 10},
	{name: "SwitchMap", op: func(src stream) stream {
		return operators.SwitchMap(operators.Last(src), one)
	}, want: func(n int) int64 { return int64(n - 1) }},
	{name: "ExhaustMap", op: func(src stream) stream {
		return operators.ExhaustMap(operators.Last(src), one)
	}, want: func(n int) int64 { return int64(n - 1) }},
	{name: "Flatten", op: func(src stream) stream { return operators.Flatten(sources.Of(src), 2) }},
	{name: "Switch", op: func(src stream) stream { return operators.Switch(sources.Of(src)) }},
	{name: "MapAsync", op: func(src stream) stream {
		return operators.MapAsync(src, 8, func(_ context.Context, v int64) (int64, error) { return kept(v), nil })
	}, max: 10, why: forIsland, allocs: 0.02},
	{name: "MapAsyncKeyed", op: func(src stream) stream {
		return operators.MapAsyncKeyed(src, 8, 256, func(v int64) int64 { return v % 64 },
			func(_ context.Context, v int64) (int64, error) { return kept(v), nil })
	}, max: 100, why: forIsland + ", each in a call of its own, its key is looked up, and those that wait for it are a slice", allocs: 1},
}

var ofWindow = []operator{
	{name: "Batch", op: func(src stream) stream { return flat(operators.Batch(src, 256)) }, allocs: 0.01},
	{name: "BatchAt", op: func(src stream) stream { return flat(operators.BatchAt(src, never, 256)) }, allocs: 0.01},
	{name: "BatchWeighted", op: func(src stream) stream {
		return flat(operators.BatchWeighted(src, 256, func(int64) int64 { return 1 }))
	}, max: 5, why: "it weighs each element", allocs: 0.02},
	{name: "BatchUntil", op: func(src stream) stream {
		return flat(operators.BatchUntil(src, 256, func(v int64) bool { return v%64 == 63 }))
	}, max: 10, why: "it fills slices of 64", allocs: 0.02},
	{name: "BatchUntilChanged", op: func(src stream) stream {
		return flat(operators.BatchUntilChanged(src, 256, func(v int64) int64 { return v / 64 }))
	}, max: 10, why: "it fills slices of 64", allocs: 0.02},
	{name: "BatchWhileBusy", op: func(src stream) stream { return flat(operators.BatchWhileBusy(src, 256)) }, allocs: 0.02},
	{name: "BatchWeightedWhileBusy", op: func(src stream) stream {
		return flat(operators.BatchWeightedWhileBusy(src, 256, func(int64) int64 { return 1 }))
	}, max: 100, why: "it asks for one element at a time, since it cannot know what the next one weighs", allocs: 1},
	{name: "BatchWindows", op: func(src stream) stream {
		return flat(operators.BatchWindows(src, operators.Tumbling(time.Hour), 256))
	}, max: 10, why: "it keeps the moment of each element", allocs: 0.02},
	{name: "Sliding", op: func(src stream) stream {
		return operators.Map(operators.Sliding(operators.EndWith(src, 0), 2, 1), func(vs []int64) int64 { return vs[0] })
	}, max: 40, why: forLists, allocs: 1.01},
	{name: "WindowBy", op: func(src stream) stream {
		return operators.Map(operators.WindowBy(src, operators.Tumbling(time.Hour), 4, func(v int64) int64 { return v % 4 }, 0, summed),
			func(w operators.Window[int64, int64]) int64 { return w.Value })
	}, max: 30, why: forKeys},
}

var ofTime = []operator{
	{name: "Debounce", op: func(src stream) stream { return operators.Debounce(src, time.Hour) }, want: func(n int) int64 { return int64(n - 1) }},
	{name: "Sample", op: func(src stream) stream {
		return operators.Sample(src, time.Hour, operators.WithLast())
	}, want: func(n int) int64 { return int64(n - 1) }},
	{name: "SampleOn", op: func(src stream) stream {
		return operators.SampleOn(src, never, operators.WithLast())
	}, want: func(n int) int64 { return int64(n - 1) }},
	{name: "ThrottleWith", op: func(src stream) stream {
		return operators.ThrottleWith(src, operators.ThrottleConfig[int64]{N: 1 << 40, Per: time.Second, Burst: 1 << 40,
			Cost: func(int64) int64 { return 1 }, Strategy: flow.Block})
	}, max: 60, why: "where elements cost different amounts it asks for one at a time, and so holds one"},
	{name: "ThrottleKeyed", op: func(src stream) stream {
		return operators.ThrottleKeyed(src, 64, func(v int64) int64 { return v % 64 },
			operators.ThrottleConfig[int64]{N: 1 << 40, Per: time.Second, Burst: 1 << 40, Strategy: flow.DropIncoming})
	}, max: 40, why: forKeys},
	{name: "ThrottleFirst", op: func(src stream) stream { return operators.ThrottleFirst(src, time.Hour) }, want: nothing},
	{name: "ThrottleLatest", op: func(src stream) stream { return operators.ThrottleLatest(src, time.Hour) }, want: nothing},
	{name: "Delay", op: func(src stream) stream { return operators.Delay(src, 256, time.Nanosecond) }, max: 40, why: "it waits for the clock"},
	{name: "DelaySubscription", op: func(src stream) stream { return operators.DelaySubscription(src, time.Nanosecond) }},
	{name: "Throttle", op: func(src stream) stream {
		return operators.Throttle(src, 1<<40, time.Second, operators.WithBurst(1<<40))
	}},
	{name: "TakeFor", op: func(src stream) stream { return operators.TakeFor(src, time.Hour) }},
	{name: "SkipFor", op: func(src stream) stream { return operators.SkipFor(src, time.Hour) }, want: nothing},
	{name: "Timeout", op: func(src stream) stream { return operators.Timeout(src, time.Hour) }},
	{name: "TimeoutDemand", op: func(src stream) stream { return operators.TimeoutDemand(src, time.Hour) }},
	{name: "KeepAlive", op: func(src stream) stream {
		return operators.KeepAlive(src, time.Hour, func() int64 { return 0 })
	}},
	{name: "Extrapolate", op: func(src stream) stream {
		return operators.Extrapolate(src, func(int64) iter.Seq[int64] { return func(func(int64) bool) {} })
	}, allocs: 0.1}, // a coroutine after each pass of the source
	{name: "TimeoutFirst", op: func(src stream) stream { return operators.TimeoutFirst(src, time.Hour) }},
	{name: "TimeoutTotal", op: func(src stream) stream { return operators.TimeoutTotal(src, time.Hour) }},
}

var ofErrors = []operator{
	{name: "MapError", op: func(src stream) stream { return operators.MapError(src, func(err error) error { return err }) }},
	{name: "OnErrorComplete", op: func(src stream) stream { return operators.OnErrorComplete(src, func(error) bool { return false }) }},
	{name: "Recover", op: func(src stream) stream {
		return operators.Recover(src, func(err error) (int64, error) { return 0, err })
	}},
	{name: "Resume", op: func(src stream) stream {
		return operators.Resume(src, func(err error) (stream, error) { return nil, err })
	}},
	{name: "Retry", op: func(src stream) stream { return operators.Retry(src, 1) }},
	{name: "RetryWhen", op: func(src stream) stream {
		return operators.RetryWhen(src, func(error) stream { return never })
	}},
	{name: "RepeatWhen", op: func(src stream) stream {
		return operators.RepeatWhen(src, func() stream { return sources.Empty[int64]() })
	}},
}

var ofFlow = []operator{
	{name: "Buffer", op: func(src stream) stream { return operators.Buffer(src, 256, flow.Block) }},
	{name: "BufferWith", op: func(src stream) stream {
		return operators.BufferWith(src, operators.BufferConfig[int64]{Capacity: 256, Strategy: flow.Block})
	}},
	{name: "ConflateWithSeed", op: func(src stream) stream {
		return operators.ConflateWithSeed(src, kept, summed)
	}, max: 40, why: "it takes a lock for each element, so that the reader may come at any time"},
	{name: "Conflate", op: func(src stream) stream { return operators.Conflate(src, summed) }, max: 40, why: "it takes a lock for each element, so that the reader may come at any time"},
}

var ofSharing = []operator{
	{name: "Balance", op: func(src stream) stream {
		return operators.Merge(256, operators.Balance(src, 2, 256)...)
	}, max: 20, why: forIsland},
	{name: "Broadcast", op: func(src stream) stream {
		return operators.Merge(256, operators.Broadcast(src, 2, 256)...)
	}, want: times(2), max: 20, why: forIsland, allocs: 0.01},
	{name: "Partition", op: func(src stream) stream {
		return operators.Merge(256, operators.Partition(src, 2, 256, func(v int64) int { return int(v % 2) })...)
	}, max: 60, why: forIsland},
	{name: "Publish", op: func(src stream) stream {
		return operators.RefCount(operators.Publish(src, 256, flow.Block), 1)
	}, max: 20, why: forIsland, allocs: 0.01},
	{name: "AutoConnect", op: func(src stream) stream {
		return operators.AutoConnect(operators.Publish(src, 256, flow.Block), 1)
	}, max: 20, why: forIsland, allocs: 0.01},
	{name: "Replay", op: func(src stream) stream { return operators.Replay(src, 16, 256, flow.Block) }, max: 20, why: forIsland, allocs: 0.01},
	{name: "Share", op: func(src stream) stream { return operators.Share(src, 256, flow.Block) }, max: 20, why: forIsland, allocs: 0.01},
}

var ofLifecycle = []operator{
	{name: "Do", op: func(src stream) stream {
		return operators.Do(src, operators.Hooks[int64]{OnNext: func(v int64) { kept(v) }})
	}},
	{name: "DoOnNext", op: func(src stream) stream { return operators.DoOnNext(src, func(v int64) { kept(v) }) }},
	{name: "Log", op: func(src stream) stream { return operators.Log(src, slog.New(slog.DiscardHandler)) }},
	{name: "DoFinally", op: func(src stream) stream { return operators.DoFinally(src, func(error) {}) }},
	{name: "Valved", op: func(src stream) stream { return operators.Valved(src, new(operators.Valve), 256) }},
	{name: "Killable", op: func(src stream) stream { return operators.Killable(src, new(operators.KillSwitch)) }},
}
