package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// A Peer does a workload with another library, or with plain Go in another
// way than the limit. Costs are per element, so slow ones have fewer.
type Peer struct {
	Workload string
	Name     string
	Role     Role // Library or Plain
	N        int
	Run      func(n int) (int64, error)
}

// patience is how long one run of a peer may take. What takes longer counts
// as a deadlock.
const patience = 10 * time.Second

// peers returns what is measured under -peers.
func peers() []Peer {
	return slices.Concat(plainPeers(), rxgoPeers(), roPeers(), goStreamsPeers(), rillPeers(), reactorPeers())
}

// withPeers returns the workloads that have peers, with them. Ours has to be
// faster than the fastest library.
func withPeers(all []Workload, peers []Peer) (out []Workload) {
	for _, w := range all {
		for _, p := range peers {
			if p.Workload == w.Name {
				w.Peers = append(slices.Clip(w.Peers), p)
			}
		}
		if len(w.Peers) == 0 {
			continue
		}
		if slices.ContainsFunc(w.Peers, func(p Peer) bool { return p.Role == Library }) {
			w.Must = append(slices.Clip(w.Must), Target{PeerRatio, cmp.Or(w.Ahead, 1)})
		}
		out = append(out, w)
	}
	return out
}

// A turn is a peer in a run: its samples, or why it has no more.
type turn struct {
	Peer
	n       int
	samples []Sample
	failure string
}

// turns has all peers warmed up for a run where ours has n elements.
func (w Workload) turns(n int) (out []*turn) {
	for _, p := range w.Peers {
		t := &turn{Peer: p, n: max(1, p.N*n/w.N)}
		t.once(w, max(1, t.n/10), patience)
		t.samples = nil
		out = append(out, t)
	}
	return out
}

// once runs the peer for n elements, unless it has failed already. A run that
// does not end is left alone, for nothing can end it.
func (t *turn) once(w Workload, n int, limit time.Duration) {
	if t.failure != "" {
		return
	}
	type outcome struct {
		s   Sample
		err error
	}
	done := make(chan outcome, 1)
	go func() {
		s, err := timed(t.Run)(n)
		done <- outcome{s, err}
	}()
	select {
	case o := <-done:
		switch want := w.Want(n); {
		case o.err != nil:
			t.failure = o.err.Error()
		case o.s.Value != want:
			t.failure = fmt.Sprintf("WRONG VALUE %d for n=%d, want %d", o.s.Value, n, want)
		}
		t.samples = append(t.samples, o.s)
	case <-time.After(limit):
		t.failure = fmt.Sprintf("no end after %s", limit)
	}
}

// result is that of t, beside the limit's costs.
func (t *turn) result(w Workload, limits []float64) Result {
	r := Result{Workload: w.Name, Contestant: t.Name, Role: t.Role, Unit: w.unit(), N: t.n, Failure: t.failure}
	if t.failure != "" {
		return r
	}
	r.Costs = column(t.samples, func(s Sample) float64 { return s.Cost })
	r.Cost = median(r.Costs)
	r.Allocs = median(column(t.samples, func(s Sample) float64 { return s.Allocs }))
	if limits != nil {
		r.Limits, r.Limit = limits, median(limits)
		r.Ratio = median(paired(r.Costs, limits))
	}
	return r
}

// fastest returns the library with the lowest cost, and whether there is one.
func fastest(pass []Result) (Result, bool) {
	var libraries []Result
	for _, r := range pass {
		if r.Role == Library && r.Failure == "" {
			libraries = append(libraries, r)
		}
	}
	if len(libraries) == 0 {
		return Result{}, false
	}
	return slices.MinFunc(libraries, func(a, b Result) int { return cmp.Compare(a.Cost, b.Cost) }), true
}
