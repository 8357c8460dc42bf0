package main

import (
	"context"

	"github.com/destel/rill"
)

// rillPeers are the workloads in rill. It has no zip, and no groups that are
// streams.
func rillPeers() []Peer {
	const name = "rill"
	return []Peer{
		{"W1", name, Library, 200_000, func(n int) (int64, error) {
			odd := rill.Map(rillRange(n), 1, func(v int64) (int64, error) { return tripled(v), nil })
			kept := rill.Filter(odd, 1, func(v int64) (bool, error) { return even(v), nil })
			return rillSum(rill.Map(kept, 1, func(v int64) (int64, error) { return halved(v), nil }))
		}},
		{"W2", name, Library, 500_000, func(n int) (int64, error) {
			return rillSum(rill.Buffer(rillRange(n), capacity))
		}},
		{"W3", name, Library, 200_000, func(n int) (int64, error) {
			odd := rill.Map(rillRange(n), 1, func(v int64) (int64, error) { return tripled(v), nil })
			kept := rill.Filter(rill.Buffer(odd, capacity), 1, func(v int64) (bool, error) { return even(v), nil })
			return rillSum(rill.Map(rill.Buffer(kept, capacity), 1, func(v int64) (int64, error) { return halved(v), nil }))
		}},
		{"W4", name, Library, 200_000, func(n int) (int64, error) {
			return rillSum(rill.FlatMap(rillRange(n/inners), 16, func(v int64) <-chan rill.Try[int64] {
				return rill.Generate(func(send func(int64), _ func(error)) {
					for w := range int64(inners) {
						send(v + w)
					}
				})
			}))
		}},
		{"W5i", name, Library, 200_000, rillMap(rill.Map[int64, int64], nexted)},
		{"W5io", name, Library, 100_000, rillMap(rill.OrderedMap[int64, int64], nexted)},
		{"W5ii", name, Library, 50_000, rillMap(rill.OrderedMap[int64, int64], worked)},
		{"W5iiu", name, Library, 50_000, rillMap(rill.Map[int64, int64], worked)},
		{"W9in", name, Library, 200_000, func(n int) (int64, error) {
			return rillSum(rill.Merge(rillRange(n/4), rillRange(n/4), rillRange(n/4), rillRange(n/4)))
		}},
		{"W11", name, Library, 200_000, func(n int) (sum int64, err error) {
			err = rill.ForEach(rill.Batch(rillRange(n), perSlice, -1), 1, func(vs []int64) error {
				sum = total(sum, vs)
				return nil
			})
			return sum, err
		}},
	}
}

func rillRange(n int) <-chan rill.Try[int64] { return rill.FromSeq(counted(n), nil) }

func rillSum(in <-chan rill.Try[int64]) (sum int64, err error) {
	err = rill.ForEach(in, 1, func(v int64) error {
		sum = summed(sum, v)
		return nil
	})
	return sum, err
}

func rillMap(
	parallel func(<-chan rill.Try[int64], int, func(int64) (int64, error)) <-chan rill.Try[int64], f call,
) func(n int) (int64, error) {
	return func(n int) (int64, error) {
		return rillSum(parallel(rillRange(n), 8, func(v int64) (int64, error) { return f(context.Background(), v) }))
	}
}
