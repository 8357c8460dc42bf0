package main

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// inners is how many elements each inner stream of W4 has.
const inners = 100

// w4 is many streams in one.
func w4() Workload {
	return Workload{
		Name: "W4",
		What: "range, flatmap(16, range of 100), sum",
		N:    1_000_000,
		Want: innersValue,
		Must: []Target{{Ratio, 4}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				outer := sources.Range(0, int64(n/inners))
				flat := operators.FlatMap(outer, 16, func(v int64) flow.Publisher[int64] { return sources.Range(v, inners) })
				return sinks.Fold(context.Background(), flat, 0, summed)
			})},
			{"loop", Limit, timed(func(n int) (int64, error) {
				sum := int64(0)
				for v := range int64(n / inners) {
					for w := range int64(inners) {
						sum = summed(sum, v+w)
					}
				}
				return sum, nil
			})},
		},
	}
}

// innersValue is the sum over v below n/100 of 100v + (0 + … + 99).
func innersValue(n int) int64 {
	return inners*sumBelow(n/inners) + int64(n/inners)*sumBelow(inners)
}
