package main

import (
	"context"
	"sync"

	"github.com/reugn/go-streams"
	"github.com/reugn/go-streams/extension"
	"github.com/reugn/go-streams/flow"
)

// goStreamsPeers are the workloads in go-streams. Its channels are unbuffered
// but for the one that feeds it.
func goStreamsPeers() []Peer {
	const name = "go-streams"
	return []Peer{
		{"W1", name, Library, 200_000, goStreamsChain},
		{"W2", name, Library, 300_000, func(n int) (int64, error) {
			return goStreamsSum(goStreamsRange(n).Via(flow.NewPassThrough())), nil
		}},
		{"W3", name, Library, 200_000, goStreamsChain}, // each stage of its own is a boundary already
		{"W4", name, Library, 200_000, func(n int) (int64, error) {
			return goStreamsSum(goStreamsRange(n / inners).Via(flow.NewFlatMap(func(v int64) []int64 {
				vs := make([]int64, inners)
				for i := range vs {
					vs[i] = v + int64(i)
				}
				return vs
			}, 16))), nil
		}},
		{"W5i", name, Library, 200_000, goStreamsMap(nexted)},
		{"W5iiu", name, Library, 50_000, goStreamsMap(worked)},
		{"W9out", name, Library, 100_000, func(n int) (int64, error) {
			var sums [4]int64
			var readers sync.WaitGroup
			for i, out := range flow.FanOut(goStreamsRange(n).Via(flow.NewPassThrough()), len(sums)) {
				readers.Go(func() { sums[i] = goStreamsSum(out) })
			}
			readers.Wait()
			return sums[0] + sums[1] + sums[2] + sums[3], nil
		}},
		{"W9in", name, Library, 200_000, func(n int) (int64, error) {
			var srcs []streams.Flow
			for range 4 {
				srcs = append(srcs, goStreamsRange(n/4).Via(flow.NewPassThrough()))
			}
			return goStreamsSum(flow.Merge(srcs...)), nil
		}},
		{"W10", name, Library, 200_000, func(n int) (int64, error) {
			return goStreamsSum(flow.ZipWith(func(vs []int64) int64 { return summed(vs[0], vs[1]) },
				goStreamsRange(n), goStreamsRange(n))), nil
		}},
	}
}

func goStreamsRange(n int) *extension.ChanSource {
	c := make(chan any, capacity)
	go func() {
		defer close(c)
		for v := range int64(n) {
			c <- v
		}
	}()
	return extension.NewChanSource(c)
}

func goStreamsSum(out streams.Outlet) (sum int64) {
	for v := range out.Out() {
		sum = summed(sum, v.(int64))
	}
	return sum
}

func goStreamsChain(n int) (int64, error) {
	return goStreamsSum(goStreamsRange(n).
		Via(flow.NewMap(tripled, 1)).Via(flow.NewFilter(even, 1)).Via(flow.NewMap(halved, 1))), nil
}

func goStreamsMap(f call) func(n int) (int64, error) {
	return func(n int) (int64, error) {
		return goStreamsSum(goStreamsRange(n).Via(flow.NewMap(func(v int64) int64 {
			r, _ := f(context.Background(), v)
			return r
		}, 8))), nil
	}
}
