package main

import (
	"context"
	"sync"

	"github.com/reactivex/rxgo/v2"
)

// buffered makes each channel of RxGo one of 256: it is unbuffered, and some
// times slower, without.
var buffered = rxgo.WithBufferedChannel(capacity)

// rxgoPeers are the workloads in RxGo. Its elements are interface values, and
// each stage is a goroutine.
func rxgoPeers() []Peer {
	const name = "rxgo"
	return []Peer{
		{"W1", name, Library, 300_000, rxgoChain},
		{"W2", name, Library, 500_000, func(n int) (int64, error) { return rxgoSum(rxgoRange(0, n)) }},
		{"W3", name, Library, 300_000, rxgoChain}, // each stage of its own is a boundary already
		{"W4", name, Library, 200_000, func(n int) (int64, error) {
			return rxgoSum(rxgoRange(0, n/inners).FlatMap(func(i rxgo.Item) rxgo.Observable {
				return rxgoRange(i.V.(int), inners)
			}, buffered))
		}},
		{"W5i", name, Library, 300_000, rxgoMapAsync(nexted)},
		{"W5iiu", name, Library, 50_000, rxgoMapAsync(worked)},
		{"W5io", name, Library, 100_000, rxgoMapAsync(nexted, rxgoOrdered)},
		{"W5ii", name, Library, 50_000, rxgoMapAsync(worked, rxgoOrdered)},
		{"W6", name, Library, 200_000, rxgoGroups},
		{"W9out", name, Library, 200_000, rxgoBroadcast},
		{"W9in", name, Library, 400_000, func(n int) (int64, error) {
			var srcs []rxgo.Observable
			for range 4 {
				srcs = append(srcs, rxgoRange(0, n/4))
			}
			return rxgoSum(rxgo.Merge(srcs, buffered))
		}},
		{"W10", name, Library, 300_000, func(n int) (int64, error) {
			return rxgoSum(rxgoRange(0, n).ZipFromIterable(rxgoRange(0, n), func(_ context.Context, a, b any) (any, error) {
				return summed(int64(a.(int)), int64(b.(int))), nil
			}, buffered))
		}},
		{"W11", name, Library, 500_000, func(n int) (sum int64, err error) {
			for i := range rxgoRange(0, n).BufferWithCount(perSlice, buffered).Observe(buffered) {
				for _, v := range i.V.([]any) {
					sum = summed(sum, int64(v.(int)))
				}
			}
			return sum, nil
		}},
	}
}

func rxgoRange(start, n int) rxgo.Observable { return rxgo.Range(start, n, buffered) }

func rxgoSum(o rxgo.Observable) (sum int64, err error) {
	for i := range o.Observe(buffered) {
		if i.E != nil {
			return sum, i.E
		}
		switch v := i.V.(type) {
		case int: // of a range
			sum = summed(sum, int64(v))
		case int64:
			sum = summed(sum, v)
		}
	}
	return sum, nil
}

func rxgoChain(n int) (int64, error) {
	return rxgoSum(rxgoRange(0, n).
		Map(func(_ context.Context, v any) (any, error) { return tripled(int64(v.(int))), nil }, buffered).
		Filter(func(v any) bool { return even(v.(int64)) }, buffered).
		Map(func(_ context.Context, v any) (any, error) { return halved(v.(int64)), nil }, buffered))
}

// rxgoOrdered asks for the place of the first element, and then for that of
// each result.
var rxgoOrdered = rxgo.Serialize(func(v any) int {
	if i, first := v.(int); first {
		return i
	}
	return int(v.(int64)) - 1
})

func rxgoMapAsync(f call, opts ...rxgo.Option) func(n int) (int64, error) {
	return func(n int) (int64, error) {
		return rxgoSum(rxgoRange(0, n).Map(func(ctx context.Context, v any) (any, error) {
			return f(ctx, int64(v.(int)))
		}, append(opts, buffered, rxgo.WithPool(8))...))
	}
}

// rxgoGroups reads all groups at once: read one after another they deadlock.
func rxgoGroups(n int) (sum int64, err error) {
	var mu sync.Mutex
	var all sync.WaitGroup
	groups := rxgoRange(0, n).GroupBy(min(n, keys), func(i rxgo.Item) int { return int(keyed(int64(i.V.(int)))) }, buffered)
	for g := range groups.Observe(buffered) {
		all.Go(func() {
			count := int64(1)
			for range g.V.(rxgo.Observable).Observe(buffered) {
				count++
			}
			mu.Lock()
			defer mu.Unlock()
			sum += count
		})
	}
	all.Wait()
	return sum, nil
}

func rxgoBroadcast(n int) (int64, error) {
	var sums [4]int64
	var readers sync.WaitGroup
	c := make(chan rxgo.Item, capacity)
	src := rxgo.FromChannel(c, buffered, rxgo.WithPublishStrategy())
	for i := range sums {
		items := src.Observe(buffered)
		readers.Go(func() {
			for item := range items {
				sums[i] = summed(sums[i], item.V.(int64))
			}
		})
	}
	src.Connect(context.Background())
	for v := range int64(n) {
		c <- rxgo.Of(v)
	}
	close(c)
	readers.Wait()
	return sums[0] + sums[1] + sums[2] + sums[3], nil
}
