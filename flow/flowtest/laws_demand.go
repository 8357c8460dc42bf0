package flowtest

import (
	"math/rand/v2"
	"sort"
)

// demandSize is how many elements the law of demand sends: it stops after each
// step.
const demandSize = 120

// demand holds the law of demand: elements and demand come in random portions,
// and after each of them the books are looked at.
func (l *laws[In, Out]) demand(b *bench) {
	for i := range 6 {
		if b.failed() {
			return
		}
		p := l.plan()
		p.vary(i)
		p.demand, p.gated = byScript, true
		p.n = min(demandSize, l.cfg.Size)
		t := l.prepare(b, p, "random portions of input and demand, round %d", i+1)
		t.start()
		l.portions(t, b.rng, i)
		t.join()
		l.checkUpstream(t)
	}
}

// portions gives elements and demand, more of the one or of the other, until
// the stream ends.
func (l *laws[In, Out]) portions(t *trial[In, Out], rng *rand.Rand, i int) {
	supply, asked := 0, int64(0)
	most := []struct{ in, out int }{{4, 4}, {1, 9}, {9, 1}, {40, 3}, {3, 40}, {1, 1}}[i]
	l.balance(t, supply, asked)
	for steps := 0; !t.probe.ends() && !t.b.failed() && steps < 20*t.n; steps++ {
		if n := rng.IntN(most.in + 1); supply < t.n && n > 0 {
			supply = min(t.n, supply+n)
			t.in.open(supply)
		} else {
			n := 1 + rng.Int64N(int64(most.out))
			asked += n
			t.probe.Request(n)
		}
		t.settle()
		l.balance(t, supply, asked)
	}
	if !t.probe.ends() {
		if !t.b.failed() {
			t.b.wrong("the stream does not end: %s; upstream: %s", t.probe, t.in)
		}
		t.leave()
		return
	}
	if err := t.probe.Err(); err != nil {
		t.b.wrong("the stream should have completed: %s", t.probe)
	} else if text := l.differs(t.probe.Values(), t.n); text != "" {
		t.b.wrong("%s", text)
	}
}

// balance looks at the books at a moment when nothing goes on.
func (l *laws[In, Out]) balance(t *trial[In, Out], supply int, asked int64) {
	if l.cfg.Prefetch >= 0 {
		m := l.needed(int(asked))
		t.in.all(func(_ int, line *intakeLine) {
			if most := l.cfg.Prefetch + int64(m); line.requested > most {
				t.b.wrong("%s elements were requested of upstream for a demand of %d, at most %d are declared (Prefetch %d)",
					demandString(line.requested), asked, most, l.cfg.Prefetch)
			}
		})
	}
	missing := func() bool { return int64(t.probe.Count()) < asked && !t.probe.ends() }
	if missing() && l.stuck(t) && !t.until(func() bool { return !missing() || !l.stuck(t) }) {
		t.b.wrong("standstill: %d elements are demanded and not delivered, but upstream has sent all that was requested of it: %s; upstream: %s",
			asked-int64(t.probe.Count()), t.probe, t.in)
		t.leave()
		return
	}
	due := min(asked, int64(l.surely(int(t.in.sent()))))
	if t.in.subscriptions() != 1 || l.cfg.Lossy {
		return
	}
	if !t.until(func() bool { return int64(t.probe.Count()) >= due || t.probe.ends() }) {
		t.b.wrong("upstream has sent %d elements, for which %d should have come out: %s", t.in.sent(), due, t.probe)
		t.leave()
	}
}

// needed returns how many elements must go in for n to come out while upstream
// goes on. Where they never come out, it is n.
func (l *laws[In, Out]) needed(n int) int {
	m, ok := l.needs[n]
	if !ok {
		enough := n
		for l.surely(enough) < n && enough < 16*n {
			enough *= 2
		}
		if m = sort.Search(enough, func(m int) bool { return l.surely(m) >= n }); l.surely(m) < n {
			m = n
		}
		l.needs[n] = m
	}
	return m
}

// stuck reports whether nothing can come from upstream.
func (l *laws[In, Out]) stuck(t *trial[In, Out]) bool {
	n, live := t.in.outstanding()
	return !live || n == 0
}
