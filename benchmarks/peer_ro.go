package main

import (
	"sync"

	"github.com/samber/lo"
	"github.com/samber/ro"
)

// roPeers are the workloads in ro.
func roPeers() []Peer {
	const name = "ro"
	return []Peer{
		{"W1", name, Library, 2_000_000, func(n int) (int64, error) {
			return roSum(ro.Pipe3(ro.Range(0, int64(n)), ro.Map(tripled), ro.Filter(even), ro.Map(halved)))
		}},
		{"W2", name, Library, 1_000_000, func(n int) (int64, error) {
			return roSum(ro.Pipe1(ro.Range(0, int64(n)), ro.ObserveOn[int64](capacity)))
		}},
		{"W3", name, Library, 1_000_000, func(n int) (int64, error) {
			return roSum(ro.Pipe5(ro.Range(0, int64(n)), ro.Map(tripled), ro.ObserveOn[int64](capacity),
				ro.Filter(even), ro.ObserveOn[int64](capacity), ro.Map(halved)))
		}},
		{"W4", name, Library, 1_000_000, func(n int) (int64, error) {
			return roSum(ro.Pipe1(ro.Range(0, int64(n/inners)),
				ro.MergeMap(func(v int64) ro.Observable[int64] { return ro.Range(v, v+inners) })))
		}},
		{"W6", name, Library, 500_000, func(n int) (int64, error) {
			return roSum(ro.Pipe2(ro.Range(0, int64(n)), ro.GroupBy(keyed),
				ro.MergeMap(func(g ro.Observable[int64]) ro.Observable[int64] {
					return ro.Pipe1(g, ro.Reduce(func(count, _ int64) int64 { return count + 1 }, 1))
				})))
		}},
		{"W9out", name, Library, 300_000, roBroadcast},
		{"W9in", name, Library, 1_000_000, roMerge},
		{"W10", name, Library, 500_000, func(n int) (int64, error) {
			pairs := ro.Zip2(ro.Range(0, int64(n)), ro.Range(0, int64(n)))
			return roSum(ro.Pipe1(pairs, ro.Map(func(p lo.Tuple2[int64, int64]) int64 { return summed(p.A, p.B) })))
		}},
		{"W11", name, Library, 2_000_000, func(n int) (int64, error) {
			return roSum(ro.Pipe2(ro.Range(0, int64(n)), ro.BufferWithCount[int64](perSlice),
				ro.Map(func(vs []int64) int64 { return total(0, vs) })))
		}},
		{"W12", name, Library, 50_000, func(n int) (int64, error) {
			entries := entriesIn(make([]int64, 0, 26))
			return roSum(ro.Pipe1(ro.Range(0, int64(n)), ro.MergeMap(func(v int64) ro.Observable[int64] {
				return ro.Pipe4(ro.FromSlice(dictionary[v%4096]), ro.Reduce(noted, histogram{}),
					ro.Map(entries), ro.Flatten[int64](), ro.Reduce(scored, 0))
			})))
		}},
	}
}

func roSum(o ro.Observable[int64]) (sum int64, err error) {
	values, err := ro.Collect(ro.Pipe1(o, ro.Reduce(summed, 0)))
	for _, v := range values {
		sum += v
	}
	return sum, err
}

// roMerge starts each source in a goroutine by hand: ro would run them one
// after another, as its SubscribeOn holds up the one who subscribes.
func roMerge(n int) (int64, error) {
	var srcs []ro.Observable[int64]
	for range 4 {
		srcs = append(srcs, ro.NewUnsafeObservable(func(to ro.Observer[int64]) ro.Teardown {
			go func() {
				for v := range int64(n / 4) {
					to.Next(v)
				}
				to.Complete()
			}()
			return nil
		}))
	}
	return roSum(ro.Merge(srcs...))
}

// roBroadcast calls the four readers one after another, all in one goroutine.
func roBroadcast(n int) (int64, error) {
	var sums [4]int64
	var readers sync.WaitGroup
	shared := ro.Connectable(ro.Range(0, int64(n)))
	for i := range sums {
		readers.Add(1)
		shared.Subscribe(ro.NewObserver(
			func(v int64) { sums[i] = summed(sums[i], v) },
			func(error) { readers.Done() },
			readers.Done,
		))
	}
	shared.Connect()
	readers.Wait()
	return sums[0] + sums[1] + sums[2] + sums[3], nil
}
