package main

import (
	"context"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// w17 is the search for one element that comes last.
func w17() Workload {
	return Workload{
		Name: "W17",
		What: "range, filter(the last one), first",
		N:    1_000_000,
		Want: func(n int) int64 { return int64(n - 1) },
		Must: []Target{{Ratio, 10}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				rare := operators.Filter(sources.Range(0, int64(n)), only(n-1))
				return sinks.First(context.Background(), rare)
			})},
			{"loop", Limit, timed(func(n int) (int64, error) {
				for v, is := int64(0), only(n-1); ; v++ {
					if is(v) {
						return v, nil
					}
				}
			})},
		},
	}
}

// w17s is Take(1) of what comes one by one, over and over.
func w17s() Workload {
	return Workload{
		Name: "W17s",
		What: "iter.Seq, filter(the last one), take(1), sum",
		N:    1_000_000,
		Want: func(n int) int64 { return int64(n - 1) },
		Must: []Target{{Ratio, 10}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				rare := operators.Filter(sources.Seq(counted(n)), only(n-1))
				return sinks.Fold(context.Background(), operators.Take(rare, 1), 0, summed)
			})},
			{"loop", Limit, timed(func(n int) (int64, error) {
				is := only(n - 1)
				for v := range counted(n) {
					if is(v) {
						return v, nil
					}
				}
				return 0, nil
			})},
		},
	}
}

// only returns a function that is true for v alone.
func only(v int) func(int64) bool {
	the := int64(v)
	return func(w int64) bool { return equal(w, the) }
}

var equal = same

//go:noinline
func same(a, b int64) bool { return a == b }
