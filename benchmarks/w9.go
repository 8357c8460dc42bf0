package main

import (
	"context"
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// w9out is one stream to four readers, each on an island of its own.
func w9out() Workload {
	return Workload{
		Name: "W9out",
		What: "range, broadcast to 4, sum of each",
		N:    1_000_000,
		Want: func(n int) int64 { return 4 * sumBelow(n) },
		Must: []Target{{Ratio, 1.0 / 8}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				var sums [4]int64
				g, ctx := scheduler.NewGraph(context.Background(), "w9")
				for i, out := range operators.Broadcast(sources.Range(0, int64(n)), len(sums), capacity) {
					g.Go(func() (err error) {
						sums[i], err = sinks.Fold(ctx, out, 0, summed)
						return err
					})
				}
				err := g.Wait()
				return sums[0] + sums[1] + sums[2] + sums[3], err
			})},
			{"channels", Limit, timed(func(n int) (int64, error) {
				var cs [4]chan int64
				var sums [4]int64
				var readers sync.WaitGroup
				for i := range cs {
					cs[i] = make(chan int64, capacity)
					readers.Go(func() {
						for v := range cs[i] {
							sums[i] = summed(sums[i], v)
						}
					})
				}
				for v := range int64(n) {
					for _, c := range cs {
						c <- v
					}
				}
				for _, c := range cs {
					close(c)
				}
				readers.Wait()
				return sums[0] + sums[1] + sums[2] + sums[3], nil
			})},
		},
	}
}

// w9in is four streams, each on an island of its own, into one.
func w9in() Workload {
	return Workload{
		Name: "W9in",
		What: "merge of 4 ranges, each async, sum",
		N:    4_000_000,
		Want: func(n int) int64 { return 4 * sumBelow(n/4) },
		Must: []Target{{Ratio, 1.0 / 6}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				var srcs []flow.Publisher[int64]
				for range 4 {
					srcs = append(srcs, operators.Async(sources.Range(0, int64(n/4)), capacity))
				}
				return sinks.Fold(context.Background(), operators.Merge(capacity, srcs...), 0, summed)
			})},
			{"channel", Limit, timed(func(n int) (int64, error) {
				c := make(chan int64, capacity)
				var writers sync.WaitGroup
				for range 4 {
					writers.Go(func() {
						for v := range int64(n / 4) {
							c <- v
						}
					})
				}
				go func() {
					writers.Wait()
					close(c)
				}()
				sum := int64(0)
				for v := range c {
					sum = summed(sum, v)
				}
				return sum, nil
			})},
		},
	}
}
