package main

import (
	"context"
	"slices"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// w15 is a slow function in a chain: whether its results wait for a batch.
func w15() Workload {
	return Workload{
		Name: "W15",
		What: "range, map(3x+1), map(wait 1 ms), map(x/2), sum: from the end of a wait to the sink",
		Unit: "ns worst",
		N:    100,
		Want: func(n int) int64 {
			sum := int64(0)
			for v := range int64(n) {
				sum += (3*v + 1) / 2
			}
			return sum
		},
		Must: []Target{{Cost, 1_500_000}},
		By:   []Contestant{{"weir", Ours, slowChain}},
	}
}

// slowChain costs the longest time that an element took to the sink after its
// own wait.
func slowChain(n int) (Sample, error) {
	done, late := make([]time.Time, 0, n), make([]time.Duration, 0, n)
	odd := operators.Map(sources.Range(0, int64(n)), tripled)
	slow := operators.Map(odd, func(v int64) int64 {
		time.Sleep(time.Millisecond)
		done = append(done, time.Now())
		return v
	})
	sum, err := sinks.Fold(context.Background(), operators.Map(slow, halved), 0, func(sum, v int64) int64 {
		late = append(late, time.Since(done[len(late)]))
		return summed(sum, v)
	})
	if err != nil {
		return Sample{}, err
	}
	return Sample{Value: sum, Cost: float64(slices.Max(late))}, nil
}
