package main

import (
	"context"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// w3 is two boundaries with work between them.
func w3() Workload {
	return Workload{
		Name: "W3",
		What: "range, map(3x+1), async(256), filter(even), async(256), map(x/2), sum",
		N:    5_000_000,
		Want: chainValue,
		Must: []Target{{Ratio, 1.0 / 4}, {Allocs, 0.001}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				odd := operators.Async(operators.Map(sources.Range(0, int64(n)), tripled), capacity)
				some := operators.Async(operators.Filter(odd, even), capacity)
				return sinks.Fold(context.Background(), operators.Map(some, halved), 0, summed)
			})},
			{"channels", Limit, timed(func(n int) (int64, error) {
				first, second := make(chan int64, capacity), make(chan int64, capacity)
				go func() {
					defer close(first)
					for v := range int64(n) {
						first <- tripled(v)
					}
				}()
				go func() {
					defer close(second)
					for v := range first {
						if even(v) {
							second <- v
						}
					}
				}()
				sum := int64(0)
				for v := range second {
					sum = summed(sum, halved(v))
				}
				return sum, nil
			})},
		},
	}
}
