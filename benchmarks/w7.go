package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sources"
)

// w7 is many streams that wait: what a stream costs that does nothing.
func w7() Workload {
	return Workload{
		Name: "W7",
		What: "never, map(3x+1), async(256), subscriber; all alive in one graph",
		Unit: "B",
		N:    100_000,
		Want: func(n int) int64 { return int64(n) },
		Must: []Target{{Cost, 1024}, {Goroutines, 0}},
		By:   []Contestant{{"weir", Ours, held(idle)}},
	}
}

// waitLimit is when a graph that was cancelled counts as stuck.
const waitLimit = 30 * time.Second

// idle starts n streams, each with a blueprint of its own. The value of its
// release is how many of them were there to be cancelled.
func idle(n int) (release func() (int64, error), err error) {
	outer, cancel := context.WithCancel(context.Background())
	g, _ := scheduler.NewGraph(outer, "idle")
	cancelled := new(atomic.Int64)
	for range n {
		never := operators.Map(sources.Never[int64](), tripled)
		scheduler.Subscribe(g, operators.Async(never, capacity), &idler{cancelled})
	}
	return func() (int64, error) {
		cancel()
		done := make(chan error, 1)
		go func() { done <- g.Wait() }()
		select {
		case err := <-done:
			if err != nil && !errors.Is(err, context.Canceled) {
				return 0, err
			}
			return cancelled.Load(), nil
		case <-time.After(waitLimit):
			return 0, fmt.Errorf("the graph had not ended %v after its cancel", waitLimit)
		}
	}, nil
}

// idler asks for one element and waits.
type idler struct{ cancelled *atomic.Int64 }

func (s *idler) OnSubscribe(sub flow.Subscription) { sub.Request(1) }
func (s *idler) OnNext(int64)                      {}
func (s *idler) OnComplete()                       {}

func (s *idler) OnError(err error) {
	if errors.Is(err, context.Canceled) {
		s.cancelled.Add(1)
	}
}
