package main

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/sources"
)

// w13 is what it costs to be observed: the chain of W1 with an observer, beside
// the same without one.
func w13() Workload {
	return Workload{
		Name: "W13",
		What: "W1 with an observer, beside W1 without",
		N:    10_000_000,
		Want: chainValue,
		Must: []Target{{Ratio, 1.10}, {Allocs, 0.001}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				return chainUnder(observed(), sources.Range(0, int64(n)))
			})},
			{"weir, not observed", Limit, timed(func(n int) (int64, error) {
				return chain(sources.Range(0, int64(n)))
			})},
		},
	}
}

// w13s is the same with elements that come one by one.
func w13s() Workload {
	return Workload{
		Name: "W13s",
		What: "W1s with an observer, beside W1s without",
		N:    10_000_000,
		Want: chainValue,
		Must: []Target{{Ratio, 1.25}, {Allocs, 0.001}},
		By: []Contestant{
			{"weir", Ours, timed(func(n int) (int64, error) {
				return chainUnder(observed(), sources.Seq(counted(n)))
			})},
			{"weir, not observed", Limit, timed(func(n int) (int64, error) {
				return chain(sources.Seq(counted(n)))
			})},
		},
	}
}

// observed returns a context whose runs count everything for an observer that
// keeps nothing. What an exporter does with the counts is paid when it reads
// them.
func observed() context.Context {
	return flow.WithObserver(context.Background(), keepsNothing{})
}

type keepsNothing struct{}

func (keepsNothing) OnStage(flow.StageInfo, *flow.Stats) {}
func (keepsNothing) OnUndeliverable(string, error)       {}
