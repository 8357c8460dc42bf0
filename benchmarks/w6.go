package main

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// keys is how many keys W6 has.
const keys = 1000

var keyed = keyOf

//go:noinline
func keyOf(v int64) int64 { return v % keys }

// w6 is a group for each of 1000 keys, counted.
func w6() Workload {
	return Workload{
		Name: "W6",
		What: "range, groupby(1000 keys), count of each group, sum of the counts and of the groups",
		N:    1_000_000,
		Want: func(n int) int64 { return int64(n) + int64(min(n, keys)) },
		Must: []Target{{Ratio, 2.5}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				groups := operators.GroupBy(sources.Range(0, int64(n)), keys, capacity, keyed)
				counts := operators.FlatMap(groups, keys, func(g operators.Group[int64, int64]) flow.Publisher[int64] {
					return operators.Fold(g.Publisher, 1, func(count, _ int64) int64 { return count + 1 })
				})
				return sinks.Fold(context.Background(), counts, 0, summed)
			})},
			{"map", Limit, timed(func(n int) (int64, error) {
				counts := make(map[int64]int64)
				for v := range int64(n) {
					counts[keyed(v)]++
				}
				sum := int64(len(counts))
				for _, c := range counts {
					sum += c
				}
				return sum, nil
			})},
		},
	}
}
