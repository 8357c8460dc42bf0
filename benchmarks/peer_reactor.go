package main

import (
	"context"

	"github.com/jjeffcaii/reactor-go"
	"github.com/jjeffcaii/reactor-go/flux"
)

// reactorPeers is the one workload that reactor-go has the operators for.
func reactorPeers() []Peer {
	return []Peer{{"W1", "reactor-go", Library, 1_000_000, func(n int) (sum int64, err error) {
		_, err = flux.Range(0, n).
			Map(func(v reactor.Any) (reactor.Any, error) { return tripled(int64(v.(int))), nil }).
			Filter(func(v reactor.Any) bool { return even(v.(int64)) }).
			Map(func(v reactor.Any) (reactor.Any, error) { return halved(v.(int64)), nil }).
			DoOnNext(func(v reactor.Any) error {
				sum = summed(sum, v.(int64))
				return nil
			}).
			BlockLast(context.Background())
		return sum, err
	}}}
}
