package main

import (
	"regexp"

	"github.com/weirgo/weir/operators"
)

// A Workload is one task that several contestants do in turn.
type Workload struct {
	Name  string
	What  string
	Unit  string            // of the cost; nanosecondsPerElement unless it is set
	N     int               // elements, or whatever the cost is divided by
	Want  func(n int) int64 // the value that every contestant has to return
	Must  []Target          // bounds for ours; none where it is reported only
	Ahead float64           // bound for ours divided by the fastest peer; 1 where it is not set
	By    []Contestant      // in the order in which they take turns
	Peers []Peer            // take their turns behind them; none without -peers
}

// A Contestant does a workload in one way.
type Contestant struct {
	Name string
	Role Role
	Run  Runner
}

// Role says what a contestant is in the comparison.
type Role string

const (
	// Ours is Weir. A workload has exactly one.
	Ours Role = "ours"
	// Limit is plain Go, what the others are divided by. A workload has at
	// most one.
	Limit Role = "limit"
	// Library is another library. It has a row of its own and no target.
	Library Role = "library"
	// Plain is plain Go in another way than the limit.
	Plain Role = "plain"
)

// A Runner does a workload of size n once and measures it. It is [timed] or
// [held], or measures in its own way.
type Runner func(n int) (Sample, error)

// A Sample is one measurement.
type Sample struct {
	Value      int64   // what was computed, to be checked
	Cost       float64 // per element, in the workload's unit
	Tail       float64 // the 99th percentile, where Cost is the median of many; else 0
	Allocs     float64 // allocations per element
	Goroutines float64 // that are there while the workload is held, in all
}

const nanosecondsPerElement = "ns/el"

// workloads returns all workloads in the order of the table.
func workloads() []Workload {
	return append([]Workload{
		w1(), w1s(), w2(), w2s(), w3(), w4(),
		w5i(), w5io(),
		w5ii("W5ii"), w5ii("W5iiu", operators.Unordered()),
		w5iii("W5iii"), w5iii("W5iiiu", operators.Unordered()),
		w6(), w7(), w8(), w8o(), w8b(), w9out(), w9in(), w10(), w11(), w12(), w12a(), w13(), w13s(), w15(), w16(), w16g(), w17(), w17s(),
	}, operatorWorkloads()...)
}

// selected returns those of ws whose names match.
func selected(ws []Workload, name *regexp.Regexp) (out []Workload) {
	for _, w := range ws {
		if name.MatchString(w.Name) {
			out = append(out, w)
		}
	}
	return out
}

func (w Workload) limitName() string {
	for _, c := range w.By {
		if c.Role == Limit {
			return c.Name
		}
	}
	return ""
}

func (w Workload) unit() string {
	if w.Unit == "" {
		return nanosecondsPerElement
	}
	return w.Unit
}
