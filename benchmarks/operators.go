package main

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// stream is what the operators are measured with.
type stream = flow.Publisher[int64]

// An operator is measured in the place of Map between a range and a sum.
type operator struct {
	name string
	op   func(src stream) stream
	want func(n int) int64 // the sum; nil where it is that of the source
	max  float64           // times Map; 3 where it is 0
	why  string            // it may cost more than 3 times Map
	// allocs is what it may allocate per element; 0.001 where it is 0.
	allocs float64
}

// The bounds of an operator that has no reason for others.
const (
	timesMap = 3
	noAllocs = 0.001
)

// operatorWorkloads are the operators, a workload each: the cost of one between
// a range and a sum, divided by that of a Map in its place.
func operatorWorkloads() (out []Workload) {
	for _, o := range operatorTable() {
		out = append(out, o.workload())
	}
	return out
}

func operatorTable() (all []operator) {
	for _, family := range [][]operator{
		ofTransform, ofSelect, ofCombine, ofFlatten, ofWindow, ofTime, ofErrors, ofFlow, ofSharing, ofLifecycle,
	} {
		all = append(all, family...)
	}
	return all
}

func (o operator) workload() Workload {
	w := Workload{
		Name: "Op" + o.name,
		What: o.name + " between a range and a sum, beside Map",
		N:    500_000,
		Want: sumBelow,
		Must: []Target{{Ratio, timesMap}, {Allocs, noAllocs}},
		By: []Contestant{
			{"weir", Ours, between(o.op)},
			{"map", Limit, between(mapped)},
		},
	}
	if o.max != 0 {
		w.Must[0].Max = o.max
	}
	if o.allocs != 0 {
		w.Must[1].Max = o.allocs
	}
	if o.want != nil {
		w.Want = o.want
		w.By[1].Run = valued(w.By[1].Run, o.want)
	}
	return w
}

// between runs op between a range and a sum.
func between(op func(src stream) stream) Runner {
	return timed(func(n int) (int64, error) {
		return sinks.Fold(context.Background(), op(sources.Range(0, int64(n))), 0, summed)
	})
}

// valued checks the sum of the Map, and gives back the value that the operator
// beside it has to return.
func valued(run Runner, want func(n int) int64) Runner {
	return func(n int) (Sample, error) {
		s, err := run(n)
		if err == nil && s.Value == sumBelow(n) {
			s.Value = want(n)
		}
		return s, err
	}
}

func mapped(src stream) stream { return operators.Map(src, kept) }

// kept is the function of every operator that takes one.
var kept = keep

//go:noinline
func keep(v int64) int64 { return v }

var all = isAny

//go:noinline
func isAny(int64) bool { return true }

func nothing(int) int64 { return 0 }

func times(k int64) func(n int) int64 { return func(n int) int64 { return k * sumBelow(n) } }

// lastOf is the sum of the last k of the integers below n.
func lastOf(k int) func(n int) int64 {
	return func(n int) int64 { return sumBelow(n) - sumBelow(max(0, n-k)) }
}

// flat makes one stream of slices.
func flat(src flow.Publisher[[]int64]) stream {
	return operators.FlatMapSlice(src, func(vs []int64) []int64 { return vs })
}
