package main

import (
	"fmt"
	"strings"
)

// A Result is what one contestant reached in one pass: medians over the
// repetitions, and all costs in the order in which they were measured.
type Result struct {
	Workload    string    `json:"workload"`
	Contestant  string    `json:"contestant"`
	Role        Role      `json:"role"`
	Unit        string    `json:"unit"`
	N           int       `json:"n"`
	Cost        float64   `json:"cost"`
	Limit       float64   `json:"limit,omitempty"` // 0 where there is none
	LimitName   string    `json:"limit_name,omitempty"`
	Failure     string    `json:"failure,omitempty"`      // of a peer, which has no figures then
	FastestPeer string    `json:"fastest_peer,omitempty"` // of ours, under -peers
	PeerRatio   float64   `json:"peer_ratio,omitempty"`   // Cost divided by the fastest library's
	Ratio       float64   `json:"ratio,omitempty"`        // the median of Costs[i]/Limits[i]
	Tail        float64   `json:"tail,omitempty"`         // 0 where costs have no 99th percentile
	LimitTail   float64   `json:"limit_tail,omitempty"`
	TailRatio   float64   `json:"tail_ratio,omitempty"` // the median, as Ratio
	Allocs      float64   `json:"allocs"`
	Goroutines  float64   `json:"goroutines"`
	Must        []Target  `json:"must,omitempty"`
	Costs       []float64 `json:"costs"`
	Limits      []float64 `json:"limits,omitempty"` // Limits[i] was measured beside Costs[i]
}

// A Target is the most that a measure may be.
type Target struct {
	Of  Measure `json:"of"`
	Max float64 `json:"max"`
}

// Measure names a figure of a [Result].
type Measure string

// The measures that may have a target.
const (
	Cost       Measure = "cost"
	Ratio      Measure = "ratio"
	TailRatio  Measure = "p99 ratio"
	PeerRatio  Measure = "fastest peer ratio"
	Allocs     Measure = "allocs"
	Goroutines Measure = "goroutines"
)

func (m Measure) of(r Result) float64 {
	switch m {
	case Cost:
		return r.Cost
	case Ratio:
		return r.Ratio
	case TailRatio:
		return r.TailRatio
	case PeerRatio:
		return r.PeerRatio
	case Allocs:
		return r.Allocs
	case Goroutines:
		return r.Goroutines
	}
	panic("unknown measure " + string(m))
}

// missed tells of each target that r does not meet how far off it is. What is
// not a number meets none.
func (r Result) missed() (out []string) {
	for _, t := range r.Must {
		if v := t.Of.of(r); !(v <= t.Max) {
			out = append(out, fmt.Sprintf("%s %.4g > %g", t.Of, v, t.Max))
		}
	}
	return out
}

// target returns the targets of r in words.
func (r Result) target() string {
	words := make([]string, len(r.Must))
	for i, t := range r.Must {
		words[i] = fmt.Sprintf("%s <= %g", t.Of, t.Max)
	}
	return strings.Join(words, ", ")
}

// verdict judges r, unless the run was too short for it.
func (r Result) verdict(judged bool) string {
	missed := r.missed()
	switch {
	case r.Failure != "":
		return "FAILED " + r.Failure
	case len(r.Must) == 0:
		return "reported"
	case !judged:
		return "not judged"
	case len(missed) == 0:
		return "ok"
	}
	return "MISSED " + strings.Join(missed, ", ")
}

// better reports whether pass a is better than pass b: it misses fewer
// targets, or as many at a lower ratio, or cost where there is no limit.
func better(a, b []Result) bool {
	x, y := ours(a), ours(b)
	if m, n := len(x.missed()), len(y.missed()); m != n {
		return m < n
	}
	if x.Limit != 0 {
		return x.Ratio < y.Ratio
	}
	return x.Cost < y.Cost
}

// ours returns the result of the contestant that is ours.
func ours(pass []Result) Result {
	for _, r := range pass {
		if r.Role == Ours {
			return r
		}
	}
	return Result{}
}
