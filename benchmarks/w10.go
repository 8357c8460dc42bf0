package main

import (
	"context"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// w10 is two streams in pairs.
func w10() Workload {
	return Workload{
		Name: "W10",
		What: "zip2 of two ranges, sum of the sums",
		N:    5_000_000,
		Want: func(n int) int64 { return 2 * sumBelow(n) },
		Must: []Target{{Ratio, 5}, {Allocs, 0.001}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				a, b := sources.Range(0, int64(n)), sources.Range(0, int64(n))
				return sinks.Fold(context.Background(), operators.Zip2(a, b, summed), 0, summed)
			})},
			{"loop", Limit, timed(func(n int) (int64, error) {
				sum := int64(0)
				for v := range int64(n) {
					sum = summed(sum, summed(v, v))
				}
				return sum, nil
			})},
		},
	}
}
