package main

import (
	"context"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// perSlice is how many elements a slice of W11 has.
const perSlice = 100

var total = totalOf

//go:noinline
func totalOf(sum int64, vs []int64) int64 {
	for _, v := range vs {
		sum += v
	}
	return sum
}

// w11 is slices of a hundred, each one the reader's.
func w11() Workload {
	return Workload{
		Name: "W11",
		What: "range, batch(100), sum of the slices",
		N:    10_000_000,
		Want: sumBelow,
		Must: []Target{{Ratio, 2.5}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				batches := operators.Batch(sources.Range(0, int64(n)), perSlice)
				return sinks.Fold(context.Background(), batches, 0, total)
			})},
			{"loop", Limit, timed(func(n int) (int64, error) {
				sum, part := int64(0), make([]int64, 0, perSlice)
				for v := range int64(n) {
					if part = append(part, v); len(part) == perSlice {
						sum = total(sum, part)
						part = make([]int64, 0, perSlice)
					}
				}
				return total(sum, part), nil
			})},
		},
	}
}
