package main

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// w1 is the synchronous chain: what a stage costs.
func w1() Workload {
	return Workload{
		Name: "W1",
		What: "range, map(3x+1), filter(even), map(x/2), sum",
		N:    10_000_000,
		Want: chainValue,
		Must: []Target{{Ratio, 1.8}, {Allocs, 0.001}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				return chain(sources.Range(0, int64(n)))
			})},
			{"loop", Limit, timed(chainLoop)},
		},
	}
}

// w1s is the same with elements that come one by one.
func w1s() Workload {
	return Workload{
		Name: "W1s",
		What: "iter.Seq, map(3x+1), filter(even), map(x/2), sum",
		N:    10_000_000,
		Want: chainValue,
		Must: []Target{{Ratio, 10}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				return chain(sources.Seq(counted(n)))
			})},
			{"loop", Limit, timed(chainLoop)},
		},
	}
}

func chain(src flow.Publisher[int64]) (int64, error) {
	return chainUnder(context.Background(), src)
}

func chainUnder(ctx context.Context, src flow.Publisher[int64]) (int64, error) {
	odd := operators.Map(src, tripled)
	kept := operators.Filter(odd, even)
	return sinks.Fold(ctx, operators.Map(kept, halved), 0, summed)
}

// chainLoop is the loop that one would write by hand, with the same functions.
func chainLoop(n int) (int64, error) {
	sum := int64(0)
	for v := range int64(n) {
		v = tripled(v)
		if even(v) {
			sum = summed(sum, halved(v))
		}
	}
	return sum, nil
}

// chainValue is what the chain makes of the integers below n: 3v+1 is even
// for v = 2j+1, and half of it is 3j+2.
func chainValue(n int) int64 { return 3*sumBelow(n/2) + 2*int64(n/2) }
