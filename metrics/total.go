package metrics

import (
	"maps"

	"github.com/weirgo/weir/flow"
)

// total adds up the snapshots of a stage's runs: counters of all, gauges of
// those that are alive.
type total struct {
	flow.Snapshot
	capacity int64            // of all live subscriptions
	dropped  map[string]int64 // by strategy
}

// reasons for which elements are dropped, and for which they are discarded.
var (
	dropReasons    = [...]flow.Reason{flow.DroppedOld, flow.DroppedNew, flow.Replaced}
	discardReasons = [...]flow.Reason{flow.Cancelled, flow.Failed, flow.AfterEnd, flow.Skipped}
)

func (t *total) clone() total {
	c := *t
	c.Errors = maps.Clone(t.Errors)
	c.dropped = maps.Clone(t.dropped)
	return c
}

func (t *total) add(info flow.StageInfo, n flow.Snapshot) {
	t.In += n.In
	t.Out += n.Out
	t.Requested = saturated(t.Requested, n.Requested)
	t.RequestCalls += n.RequestCalls
	t.Buffered += n.Buffered
	t.Workers += n.Workers
	if n.Workers > 0 {
		t.Outstanding = saturated(t.Outstanding, n.Outstanding)
		t.capacity += n.Workers * info.Capacity
	}
	for i, c := range n.Lost {
		t.Lost[i] += c
	}
	if t.Errors == nil {
		t.Errors = make(map[flow.ErrorKind]int64)
	}
	for k, c := range n.Errors {
		t.Errors[k] += c
	}
	t.Busy += n.Busy
	t.Backpressured += n.Backpressured
	t.Idle += n.Idle
	t.addDropped(info.Strategy, n)
}

// addDropped books drops under the strategy of the stage, or under the reason
// where the stage has no strategy to choose.
func (t *total) addDropped(strategy string, n flow.Snapshot) {
	if t.dropped == nil {
		t.dropped = make(map[string]int64)
	}
	if strategy != "" {
		t.dropped[strategy] += n.Dropped()
		return
	}
	for _, r := range dropReasons {
		if n.Lost[r] > 0 {
			t.dropped[r.String()] += n.Lost[r]
		}
	}
}

// saturated returns a+b, or flow.Unbounded where that is more.
func saturated(a, b int64) int64 {
	if a > flow.Unbounded-b {
		return flow.Unbounded
	}
	return a + b
}
