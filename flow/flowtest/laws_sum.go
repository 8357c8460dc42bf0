package flowtest

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/weirgo/weir/flow"
)

// ledger is an observer that keeps the counters of all stages of a run.
type ledger struct {
	mu     sync.Mutex
	stages []entry
}

type entry struct {
	info  flow.StageInfo
	stats *flow.Stats
}

func (l *ledger) OnStage(info flow.StageInfo, stats *flow.Stats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stages = append(l.stages, entry{info, stats})
}

func (*ledger) OnUndeliverable(string, error) {}

// sum holds the law of the sum: what enters a stage leaves it, or is accounted
// for.
func (l *laws[In, Out]) sum(b *bench) {
	for i, k := range few(l.cfg.Size) {
		l.sumWhileHeld(b, i, k)
		for _, e := range endings[In, Out]() {
			if b.failed() || e.call && l.cfg.Call == nil {
				continue
			}
			books := &ledger{}
			p := l.plan()
			p.vary(i)
			p.observer = books
			p.batches = p.batches && !strings.Contains(e.name, "panic")
			t := l.prepare(b, p, e.name, k)
			t.next = func(int, Out) {}
			e.set(t, k)
			t.start()
			t.join()
			l.checkSums(t, books)
		}
	}
}

// sumWhileHeld looks at the counters in the middle of the stream, when nothing
// goes on for want of demand.
func (l *laws[In, Out]) sumWhileHeld(b *bench, i, k int) {
	if b.failed() {
		return
	}
	books := &ledger{}
	p := l.plan()
	p.vary(i)
	p.observer, p.demand = books, byScript
	t := l.prepare(b, p, "without further demand after %d elements", k)
	t.start()
	if k > 0 {
		t.probe.Request(int64(k))
	}
	t.until(func() bool { return t.probe.Count() >= k || t.probe.ends() })
	books.mu.Lock()
	books.stages = slices.DeleteFunc(books.stages, func(s entry) bool { return len(s.info.Upstream) == 0 })
	books.mu.Unlock()
	l.checkSums(t, books)
	t.leave()
	t.join()
}

func (l *laws[In, Out]) checkSums(t *trial[In, Out], books *ledger) {
	own := t.run.Name(flow.NodeOf(t.pub))
	if l.cfg.Stage != "" {
		own = l.cfg.Stage
	}
	books.mu.Lock()
	defer books.mu.Unlock()
	for _, s := range books.stages {
		n := s.stats.Snapshot()
		if len(s.info.Upstream) == 0 && n.In == 0 {
			continue // a source
		}
		var made int64
		whole := t.src.err == nil && t.probe.Completed()
		if s.info.Stage == own && l.cfg.Expand != nil {
			if l.cfg.Call == nil && !whole {
				continue // who knows how many elements it has seen
			}
			made = l.made(t)
		}
		if s.info.Stage == own && l.cfg.Adds != nil && whole {
			made += int64(l.cfg.Adds(t.src.n))
		}
		filtered, merged := n.Lost[flow.Filtered], n.Lost[flow.Merged]
		if out := n.Out + filtered + n.Dropped() + merged + n.Discarded() + n.Buffered; n.In+made != out {
			t.b.wrong("the sum of stage %q does not close by %d: in %d%s, out %d, filtered %d, dropped %d, merged %d, discarded %d, held %d",
				s.info.Stage, n.In+made-out, n.In, expanded(made), n.Out, filtered, n.Dropped(), merged, n.Discarded(), n.Buffered)
		}
	}
}

func expanded(made int64) string {
	if made == 0 {
		return ""
	}
	return fmt.Sprintf(" (%+d by its function)", made)
}

// made returns how many elements more than it was given the function has made.
func (l *laws[In, Out]) made(t *trial[In, Out]) (n int64) {
	if l.cfg.Call != nil {
		return t.made.Load()
	}
	for i := range t.src.n {
		n += int64(l.cfg.Expand(l.cfg.In(i))) - 1
	}
	return n
}
