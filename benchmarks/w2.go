package main

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// capacity is that of each boundary and channel.
const capacity = 256

// w2 is one asynchronous boundary: what a hand-over costs.
func w2() Workload {
	return Workload{
		Name: "W2",
		What: "range, async(256), sum",
		N:    10_000_000,
		Want: sumBelow,
		Must: []Target{{Ratio, 1.0 / 10}, {Allocs, 0.001}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				return handOver(sources.Range(0, int64(n)))
			})},
			{"channel", Limit, timed(func(n int) (int64, error) {
				return channel(func(c chan<- int64) {
					for v := range int64(n) {
						c <- v
					}
				}), nil
			})},
		},
	}
}

// w2s is the same with elements that come one by one.
func w2s() Workload {
	return Workload{
		Name: "W2s",
		What: "iter.Seq, async(256), sum",
		N:    10_000_000,
		Want: sumBelow,
		Must: []Target{{Ratio, 1.0 / 2}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				return handOver(sources.Seq(counted(n)))
			})},
			{"channel", Limit, timed(func(n int) (int64, error) {
				return channel(func(c chan<- int64) {
					for v := range counted(n) {
						c <- v
					}
				}), nil
			})},
		},
	}
}

func handOver(src flow.Publisher[int64]) (int64, error) {
	return sinks.Fold(context.Background(), operators.Async(src, capacity), 0, summed)
}

// channel sums up what feed sends from a goroutine of its own.
func channel(feed func(chan<- int64)) int64 {
	c := make(chan int64, capacity)
	go func() {
		defer close(c)
		feed(c)
	}()
	sum := int64(0)
	for v := range c {
		sum = summed(sum, v)
	}
	return sum
}
