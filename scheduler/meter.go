package scheduler

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
)

// Meter counts what one subscription of a stage does, and takes part in
// splitting the time of its island. The counts are plain integers of the
// island, published when it pauses; nothing is shared on the hot path.
type Meter struct {
	In      int64  // elements received
	Out     int64  // elements handed on
	Below   *Meter // next stage on the same island
	Sampled *bool  // this pass is timed at every change of stage
	Ended   bool   // the subscription is over: In is not published any more

	stats    *flow.Stats
	probe    *probe
	wanted   demand.Counter
	sentIn   int64         // In as published
	sentOut  int64         // Out as published
	buffered int64         // gauge as published
	self     int64         // nanoseconds sampled since the last publication
	share    float64       // of the island's time, by the samples
	doing    flow.Activity // of the open span
	since    int64         // its start; 0 when there is none
	sink     bool
	feeder   bool // only counts what it receives
}

// begin opens a span, unless the meter only counts.
func (m *Meter) begin(a flow.Activity, now int64) {
	if !m.feeder {
		m.doing, m.since = a, now
		m.stats.Time().Begin(a, now)
	}
}

// end books the open span.
func (m *Meter) end(now int64) {
	if m.since != 0 {
		m.stats.Time().End(m.doing, m.since, now)
		m.since = 0
	}
}

// split books the open span by shares: the stage's own, and that of the stages
// below it.
func (m *Meter) split(now int64, own, below float64) {
	if m.since == 0 {
		return
	}
	spent := now - m.since
	busy := int64(own * float64(spent))
	pressed := min(int64(below*float64(spent)), spent-busy)
	m.stats.Time().Replace(m.doing, m.since, busy, pressed, spent-busy-pressed)
	m.since = 0
}

// NewMeter returns a meter for one subscription of the stage, or nil when
// nobody observes the run of ctx. down is the meter of the next stage, if that
// is on the same island.
func NewMeter(ctx context.Context, node *flow.Node, down *Meter) *Meter {
	i := islandOf(ctx)
	if i.probe == nil {
		return nil
	}
	m := &Meter{stats: SiteOf(ctx).counters(node), probe: i.probe, Below: down, Sampled: &i.probe.sampling, sink: node.Sink}
	m.stats.Workers.Add(1)
	i.probe.add(m)
	return m
}

// NewFeeder returns a meter that counts what enters a boundary, on the island
// above it. The boundary's time is that of the island below.
func NewFeeder(ctx context.Context, m *Meter) *Meter {
	p := islandOf(ctx).probe
	f := &Meter{stats: m.stats, probe: p, feeder: true}
	p.add(f)
	return f
}

// Stats returns the counters that the meter publishes to.
func (m *Meter) Stats() *flow.Stats { return m.stats }

// Requested counts demand from downstream. Any goroutine may call it.
func (m *Meter) Requested(n int64) {
	if n < 1 {
		return
	}
	m.wanted.Add(n)
	m.stats.RequestCalls.Add(1)
	for {
		old := m.stats.Requested.Load()
		if m.stats.Requested.CompareAndSwap(old, demand.Sum(old, n)) {
			return
		}
	}
}

// Lost counts n elements that the stage let go of. Any goroutine may call it.
func (m *Meter) Lost(r flow.Reason, n int64) { m.stats.Lost[r].Add(n) }

// Failed counts an error that arose in the stage.
func (m *Meter) Failed(k flow.ErrorKind) { m.stats.Errors[k].Add(1) }

// Buffered publishes how many elements the stage holds now.
func (m *Meter) Buffered(n int64) {
	m.stats.Buffered.Add(n - m.buffered)
	m.buffered = n
}

// Enter says that the stage's own code runs from here on, and returns whose
// code it interrupts. It is for passes that are Sampled.
func (m *Meter) Enter() (prev *Meter) {
	prev = m.probe.current
	m.probe.charge(m)
	return prev
}

// Leave says that the code of prev, which Enter returned, runs again.
func (m *Meter) Leave(prev *Meter) {
	if p := m.probe; p.sampling {
		p.charge(prev)
	}
}

// Received counts n elements that come in, also after the end.
func (m *Meter) Received(n int64) {
	if m.Ended {
		m.stats.In.Add(n)
	} else {
		m.In += n
	}
}

// End publishes the last counts. The subscription has ended.
func (m *Meter) End() {
	if m.Ended {
		return
	}
	m.probe.retire(m)
	m.publish()
	if m.feeder {
		return
	}
	m.Buffered(0)
	if w := m.wanted.Load(); w != demand.Unbounded {
		m.stats.Abandoned.Add(max(0, w-m.Out))
	}
	m.stats.Workers.Add(-1)
}

func (m *Meter) publish() {
	if d := m.In - m.sentIn; d != 0 {
		m.stats.In.Add(d)
		m.sentIn = m.In
	}
	if d := m.Out - m.sentOut; d != 0 {
		m.stats.Out.Add(d)
		m.sentOut = m.Out
	}
}

// waiting returns what the stage does while its island has nothing to run.
func (m *Meter) waiting() flow.Activity {
	if w := m.wanted.Load(); !m.sink && w != demand.Unbounded && w <= m.Out {
		return flow.Backpressured
	}
	return flow.Idle
}
