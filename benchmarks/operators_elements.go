package main

import (
	"cmp"
	"context"
	"errors"
	"iter"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

const (
	forKeys   = "it looks a key up in a map"
	forIsland = "each element crosses between two goroutines"
	forUser   = "it calls the user's code through an interface, one element at a time"
	forInner  = "each element is a subscription"
	forLists  = "each element is a slice of its own"
)

var ofTransform = []operator{
	{name: "Map", op: mapped},
	{name: "TryMap", op: func(src stream) stream {
		return operators.TryMap(src, func(_ context.Context, v int64) (int64, error) { return kept(v), nil })
	}},
	{name: "MapIndexed", op: func(src stream) stream {
		return operators.MapIndexed(src, func(_, v int64) int64 { return kept(v) })
	}},
	{name: "Pairwise", op: func(src stream) stream {
		return operators.Pairwise(operators.StartWith(src, 0), func(_, v int64) int64 { return kept(v) })
	}},
	{name: "Materialize", op: func(src stream) stream {
		return operators.Map(operators.Materialize(src), func(s operators.Signal[int64]) int64 { return s.Value })
	}},
	{name: "Dematerialize", op: func(src stream) stream { return operators.Dematerialize(operators.Materialize(src)) }},
	{name: "Sorted", op: func(src stream) stream {
		return operators.Sorted(src, 1<<20, func(a, b int64) int { return cmp.Compare(b, a) })
	}, max: 100, why: "it sorts", allocs: 0.01},
	{name: "FilterMap", op: func(src stream) stream {
		return operators.FilterMap(src, func(v int64) (int64, bool) { return kept(v), true })
	}},
	{name: "FlatMapSlice", op: func(src stream) stream {
		one := make([]int64, 1)
		return operators.FlatMapSlice(src, func(v int64) []int64 { one[0] = v; return one })
	}},
	{name: "Fold", op: func(src stream) stream { return operators.Fold(src, 0, summed) }},
	{name: "Reduce", op: func(src stream) stream { return operators.Reduce(src, summed) }},
	{name: "Scan", op: func(src stream) stream {
		return operators.Scan(src, 0, func(_, v int64) int64 { return v })
	}},
	{name: "StatefulMap", op: func(src stream) stream {
		return operators.StatefulMap(src, func() int64 { return 0 }, func(s, v int64) (int64, int64) { return s + 1, v }, nil)
	}},
	{name: "OfType", op: func(src stream) stream {
		return operators.OfType[int64](operators.Map(src, func(v int64) any { return v }))
	}, max: 10, why: "an integer in an interface is an allocation, of the Map above it", allocs: 1.01},
	{name: "GroupBy", op: func(src stream) stream {
		groups := operators.GroupBy(src, 4, 256, func(v int64) int64 { return v % 4 })
		return operators.FlatMap(groups, 4, func(g operators.Group[int64, int64]) stream { return g })
	}, max: 20, why: forKeys + ", and each group has a queue", allocs: 0.01},
	{name: "Through", op: func(src stream) stream {
		return operators.Through(src, func(in iter.Seq[int64]) iter.Seq[int64] { return in })
	}, max: 20, why: "the user's loop is a coroutine"},
	{name: "Handle", op: func(src stream) stream {
		return operators.Handle(src, 1, func() operators.Handler[int64, int64] {
			return operators.Handler[int64, int64]{Next: func(_ context.Context, v int64, emit func(int64)) error {
				emit(v)
				return nil
			}}
		})
	}, max: 20, why: forUser},
	{name: "Via", op: func(src stream) stream {
		return operators.Via(src, func() flow.Processor[int64, int64] { return new(passes) })
	}, max: 20, why: forUser},
}

// passes is a processor as a user would write one.
type passes struct {
	down flow.Subscriber[int64]
}

func (p *passes) Subscribe(_ context.Context, down flow.Subscriber[int64]) { p.down = down }
func (p *passes) OnSubscribe(sub flow.Subscription)                        { p.down.OnSubscribe(sub) }
func (p *passes) OnNext(v int64)                                           { p.down.OnNext(v) }
func (p *passes) OnError(err error)                                        { p.down.OnError(err) }
func (p *passes) OnComplete()                                              { p.down.OnComplete() }

var ofSelect = []operator{
	{name: "Filter", op: func(src stream) stream { return operators.Filter(src, all) }},
	{name: "Take", op: func(src stream) stream { return operators.Take(src, 1<<40) }},
	{name: "TakeWhile", op: func(src stream) stream { return operators.TakeWhile(src, all) }},
	{name: "TakeUntil", op: func(src stream) stream {
		return operators.TakeUntil(src, func(v int64) bool { return kept(v) < 0 })
	}},
	{name: "TakeUntilOther", op: func(src stream) stream { return operators.TakeUntilOther(src, sources.Never[int]()) }},
	{name: "TakeLast", op: func(src stream) stream { return operators.TakeLast(src, 1024) }, want: lastOf(1024)},
	{name: "Skip", op: func(src stream) stream { return operators.Skip(src, 1) }},
	{name: "SkipLast", op: func(src stream) stream { return operators.SkipLast(operators.EndWith(src, 0), 1) }},
	{name: "SkipWhile", op: func(src stream) stream {
		return operators.SkipWhile(src, func(v int64) bool { return v < 0 })
	}},
	{name: "First", op: func(src stream) stream { return operators.First(src) }, want: nothing},
	{name: "Last", op: func(src stream) stream { return operators.Last(src) }, want: func(n int) int64 { return int64(n - 1) }},
	{name: "Single", op: func(src stream) stream { return operators.Single(operators.Reduce(src, summed)) }},
	{name: "ElementAt", op: func(src stream) stream { return operators.ElementAt(src, 0) }, want: nothing},
	{name: "Find", op: func(src stream) stream {
		return operators.DefaultIfEmpty(operators.Find(src, func(v int64) bool { return v < 0 }), 0)
	}, want: nothing, max: 60, why: "it asks for one element at a time, to read none behind the answer"},
	{name: "IgnoreElements", op: func(src stream) stream { return operators.IgnoreElements(src) }, want: nothing},
	{name: "Limit", op: func(src stream) stream { return operators.Limit(src, 1<<40) }},
	{name: "Distinct", op: func(src stream) stream { return operators.Distinct(src, 1<<20) }, max: 200, why: forKeys + " and keeps it", allocs: 0.1},
	{name: "DistinctBy", op: func(src stream) stream {
		return operators.DistinctBy(src, 1<<20, kept)
	}, max: 200, why: forKeys + " and keeps it", allocs: 0.1},
	{name: "DistinctUntilChanged", op: func(src stream) stream { return operators.DistinctUntilChanged(src) }},
	{name: "DistinctUntilChangedBy", op: func(src stream) stream {
		return operators.DistinctUntilChangedBy(src, kept)
	}},
	{name: "DefaultIfEmpty", op: func(src stream) stream { return operators.DefaultIfEmpty(src, 0) }},
	{name: "SkipUntilOther", op: func(src stream) stream { return operators.SkipUntilOther(src, never) }, want: nothing},
	{name: "SwitchIfEmpty", op: func(src stream) stream { return operators.SwitchIfEmpty(src, sources.Of[int64](1)) }},
	{name: "ErrorIfEmpty", op: func(src stream) stream { return operators.ErrorIfEmpty(src, errors.New("empty")) }},
}
