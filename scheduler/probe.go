package scheduler

import (
	"sync"

	"github.com/weirgo/weir/flow"
)

// The split of an island's time: the island's activity is timed exactly, from
// enter to leave. How that time divides among its stages is sampled: now and
// then one pass is timed at every change of stage, and the shares found are
// applied to the exact total, so that for each stage busy + backpressured +
// idle is the time that the island has existed.

const (
	clockCost    = 50        // nanoseconds, about, for reading the clock and charging
	sampleBudget = 50        // a sample may cost 1/50 of the time since the last
	maxSkip      = 4096      // passes between two samples, at most
	publishEvery = 2_000_000 // nanoseconds
)

// probe measures one island.
type probe struct {
	sampling bool   // this pass is timed at every change of stage
	current  *Meter // whose code runs, while sampling
	stamp    int64  // when current was charged last
	reads    int64  // clock readings of this sample
	skip     int64  // passes until the next sample
	began    int64  // since when the activity is not yet booked; 0 while idle
	passFrom int64  // start of the sampled pass

	mu     sync.Mutex // a stage may be subscribed from outside the island
	meters []*Meter
}

func (r *Run) newProbe() *probe {
	if r.names.observer == nil {
		return nil
	}
	return &probe{}
}

func (p *probe) add(m *Meter) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.meters = append(p.meters, m)
	if m.feeder {
		return
	}
	m.stats.Time().Wait(flow.Idle, flow.Now())
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

// enter begins an activity of the island.
func (i *Island) enter() {
	p := i.probe
	if p == nil {
		return
	}
	now := flow.Now()
	p.began = now
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.meters {
		if !m.feeder {
			m.stats.Time().Stop(now)
		}
	}
}

// leave ends an activity of the island: the stages wait from now on.
func (i *Island) leave() {
	p := i.probe
	if p == nil || p.began == 0 {
		return
	}
	p.sampling = false
	now := flow.Now()
	p.publish(now)
	p.began = 0
	p.mu.Lock()
	defer p.mu.Unlock()
	alive := p.meters[:0]
	for _, m := range p.meters {
		if !m.ended && !m.feeder {
			m.stats.Time().Wait(m.waiting(), now)
		}
		if !m.ended {
			alive = append(alive, m)
		}
	}
	clear(p.meters[len(alive):])
	p.meters = alive
}

// sample decides whether the pass of h is timed in detail.
func (i *Island) sample(h *Handle) {
	p := i.probe
	if p == nil {
		return
	}
	if p.skip > 0 {
		p.skip--
		return
	}
	p.sampling = true
	p.current = h.head.Meter()
	p.stamp = flow.Now()
	p.passFrom = p.stamp
	p.reads = 1
}

// sampled ends the detailed timing of a pass and plans the next.
func (i *Island) sampled() {
	p := i.probe
	if p == nil {
		return
	}
	if p.sampling {
		p.charge(nil)
		p.sampling = false
		cost := p.reads * clockCost
		rest := max(1, p.stamp-p.passFrom-cost)
		p.skip = min(maxSkip, cost*sampleBudget/rest)
	}
	if p.skip&15 == 0 {
		if now := flow.Now(); now-p.began > publishEvery {
			p.publish(now)
		}
	}
}

// publish books the activity since the last publication, split by the shares
// that the samples show, and hands on the counts.
func (p *probe) publish(now int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	spent := now - p.began
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
		m.publish()
		if m.feeder {
			continue
		}
		busy := int64(m.share * float64(spent))
		var below float64
		for d := m.down; d != nil; d = d.down {
			below += d.share
		}
		pressed := min(int64(below*float64(spent)), spent-busy)
		c := m.stats.Time()
		c.Add(flow.Busy, busy)
		c.Add(flow.Backpressured, pressed)
		c.Add(flow.Idle, spent-busy-pressed)
	}
}
