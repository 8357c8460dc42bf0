package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// call is a function as MapAsync takes it.
type call = func(context.Context, int64) (int64, error)

// w5i is a function that does next to nothing, called by 8 workers: what the
// hand-over costs.
func w5i() Workload {
	return Workload{
		Name: "W5i",
		What: "range, mapasync(8, v+1, unordered), sum",
		N:    3_000_000,
		Want: nextBelow,
		Must: []Target{{Ratio, 1.0 / 6}, {Allocs, 0.01}},
		By: []Contestant{
			{"weir", Ours, timed(mapAsync(8, nexted, operators.Unordered()))},
			{"pool of channels", Limit, timed(poolOf(8, nexted))},
		},
	}
}

// w5io is what order costs: the limit is ours without it.
func w5io() Workload {
	return Workload{
		Name: "W5io",
		What: "range, mapasync(8, v+1), sum",
		N:    3_000_000,
		Want: nextBelow,
		Must: []Target{{Ratio, 1.5}, {Allocs, 0.01}},
		By: []Contestant{
			{"weir", Ours, timed(mapAsync(8, nexted))},
			{"unordered", Limit, timed(mapAsync(8, nexted, operators.Unordered()))},
		},
	}
}

// w5ii is a function that computes for about 2 µs. On two cores half of the
// loop's time would be perfect.
func w5ii(name string, opts ...operators.Option) Workload {
	return Workload{
		Name: name,
		What: "range, mapasync(8, 2 µs of work), sum",
		N:    200_000,
		Want: nextBelow,
		Must: []Target{{Ratio, 1 / 1.9}},
		By: []Contestant{
			{"weir", Ours, timed(mapAsync(8, worked, opts...))},
			{"loop", Limit, timed(func(n int) (sum int64, err error) {
				for v := range int64(n) {
					r, _ := worked(context.Background(), v)
					sum += r
				}
				return sum, nil
			})},
		},
	}
}

// w5iii is a function that waits for 1 ms, 256 at once. The limit is as many
// goroutines that have nothing in common but a counter.
func w5iii(name string, opts ...operators.Option) Workload {
	return Workload{
		Name: name,
		What: "range, mapasync(256, wait 1 ms), sum",
		N:    100_000,
		Want: nextBelow,
		Must: []Target{{Ratio, 1 / 0.95}},
		By: []Contestant{
			{"weir", Ours, timed(mapAsync(256, waited, opts...))},
			{"goroutines", Limit, timed(barePool(256, waited))},
		},
	}
}

func mapAsync(concurrency int, f call, opts ...operators.Option) func(n int) (int64, error) {
	return func(n int) (int64, error) {
		src := operators.MapAsync(sources.Range(0, int64(n)), concurrency, f, opts...)
		return sinks.Fold(context.Background(), src, 0, summed)
	}
}

// poolOf is the pool that one would write by hand: workers between two
// channels. It does not keep the order.
func poolOf(workers int, f call) func(n int) (int64, error) {
	return func(n int) (sum int64, err error) {
		in, out := make(chan int64, capacity), make(chan int64, capacity)
		go func() {
			defer close(in)
			for v := range int64(n) {
				in <- v
			}
		}()
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				for v := range in {
					r, _ := f(context.Background(), v)
					out <- r
				}
			})
		}
		go func() {
			all.Wait()
			close(out)
		}()
		for v := range out {
			sum = summed(sum, v)
		}
		return sum, nil
	}
}

// barePool has no queue at all.
func barePool(workers int, f call) func(n int) (int64, error) {
	return func(n int) (int64, error) {
		var next, sum atomic.Int64
		var all sync.WaitGroup
		for range workers {
			all.Go(func() {
				for v := next.Add(1) - 1; v < int64(n); v = next.Add(1) - 1 {
					r, _ := f(context.Background(), v)
					sum.Add(r)
				}
			})
		}
		all.Wait()
		return sum.Load(), nil
	}
}

// The functions, as those in functions.go.
var (
	nexted call = next
	worked call = work
	waited call = doze
)

//go:noinline
func next(_ context.Context, v int64) (int64, error) { return v + 1, nil }

// workSteps take about 2 µs.
const workSteps = 1300

//go:noinline
func work(_ context.Context, v int64) (int64, error) {
	x := v | 1
	for range workSteps {
		x = x*6364136223846793005 + 1442695040888963407
	}
	if x == 0 { // never, but who knows
		return 0, nil
	}
	return v + 1, nil
}

//go:noinline
func doze(_ context.Context, v int64) (int64, error) {
	time.Sleep(time.Millisecond)
	return v + 1, nil
}

// nextBelow returns the sum of v+1 for the integers v below n.
func nextBelow(n int) int64 { return sumBelow(n) + int64(n) }
