package scheduler

import (
	"math"
	"slices"
	"sync"

	"github.com/weirgo/weir/flow"
)

// The split of an island's time: the island's activity is timed exactly, from
// enter to leave. How that time divides among its stages is sampled: now and
// then one pass is timed at every change of stage, and the shares found are
// applied to the exact total, so that for each stage busy + backpressured +
// idle is the time that it has existed.

const (
	clockCost    = 50        // nanoseconds, about, for reading the clock and charging
	sampleBudget = 50        // the time between samples is this many times their cost
	publishEvery = 2_000_000 // nanoseconds of activity
)

// probe measures one island.
type probe struct {
	sampling bool   // this pass is timed at every change of stage
	current  *Meter // whose code runs, while sampling
	stamp    int64  // when current was charged last
	reads    int64  // clock readings of this sample
	last     int64  // a recent reading
	next     int64  // when to sample again
	began    int64  // since when the activity is not yet booked; 0 while idle

	mu     sync.Mutex // a stage may be subscribed from outside the island
	meters []*Meter
}

func (r *Run) newProbe() *probe {
	if r.names.observer == nil {
		return nil
	}
	return &probe{next: math.MinInt64}
}

func (p *probe) add(m *Meter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meters = append(p.meters, m)
	m.begin(flow.Idle, flow.Now())
}

// charge books the time since the last reading to the current stage, and makes
// m the current one.
func (p *probe) charge(m *Meter) {
	now := flow.Now()
	if p.current != nil {
		p.current.self += now - p.stamp
	}
	p.current, p.stamp = m, now
	p.reads++
}

// enter begins an activity of the island. Until it is known how the time
// divides, it counts for the stage that had most of it last time.
func (i *Island) enter() {
	p := i.probe
	if p == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := flow.Now()
	p.began, p.last = now, now
	for _, m := range p.meters {
		m.end(now)
	}
	p.guess(now)
}

// guess opens a span for each stage, to be replaced by what it has really
// done. The lock is held.
func (p *probe) guess(now int64) {
	var most *Meter
	for _, m := range p.meters {
		if !m.feeder && (most == nil || m.share > most.share) {
			most = m
		}
	}
	for _, m := range p.meters {
		if m == most {
			m.begin(flow.Busy, now)
		} else {
			m.begin(flow.Idle, now)
		}
	}
}

// retire ends m's part in the island's time, and forgets it.
func (p *probe) retire(m *Meter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.began == 0 {
		m.end(flow.Now())
		p.remove(m)
		return
	}
	if p.sampling {
		p.charge(p.current)
	}
	now := flow.Now()
	p.book(now)
	p.remove(m)
	p.guess(now)
}

// remove takes m out, which has ended. The lock is held.
func (p *probe) remove(m *Meter) {
	m.Ended, m.share = true, 0
	if at := slices.Index(p.meters, m); at >= 0 {
		p.meters = slices.Delete(p.meters, at, at+1)
	}
}

// leave ends an activity of the island: the stages wait from now on.
func (i *Island) leave() {
	p := i.probe
	if p == nil || p.began == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sampling = false
	now := flow.Now()
	p.book(now)
	p.began = 0
	for _, m := range p.meters {
		m.begin(m.waiting(), now)
	}
}

// sample decides whether the pass of h is timed in detail.
func (i *Island) sample(h *Handle) {
	p := i.probe
	if p == nil || p.last < p.next {
		return
	}
	p.sampling = true
	p.current = h.head.Meter()
	p.stamp = flow.Now()
	p.reads = 1
}

// sampled ends a pass: a detailed timing is over, and the next one planned.
func (i *Island) sampled() {
	p := i.probe
	if p == nil {
		return
	}
	if p.sampling {
		p.charge(nil)
		p.sampling = false
		p.last = p.stamp
		p.next = p.last + p.reads*clockCost*sampleBudget
	} else {
		p.last = flow.Now()
	}
	if p.last-p.began > publishEvery {
		p.mu.Lock()
		p.book(p.last)
		p.guess(p.last)
		p.mu.Unlock()
	}
}

// book replaces the guess by what the samples show, and hands on the counts.
// The lock is held.
func (p *probe) book(now int64) {
	p.began = now
	var total int64
	for _, m := range p.meters {
		total += m.self
	}
	if total > 0 {
		for _, m := range p.meters {
			m.share = float64(m.self) / float64(total)
			m.self = 0
		}
	}
	for _, m := range p.meters {
		var below float64
		for d := m.Below; d != nil; d = d.Below {
			below += d.share
		}
		m.split(now, m.share, below)
		m.publish()
	}
}
