package flowtest

import "errors"

// batch holds the law of batches.
func (l *laws[In, Out]) batch(b *bench) {
	size := min(l.cfg.Size, 150)
	for i := range patterns {
		l.split(b, i, size, nil, "single elements", func() int { return 1 })
		l.split(b, i, l.cfg.Size, nil, "all at once", func() int { return l.cfg.Size })
		l.split(b, i+1, l.cfg.Size, nil, "all at once", func() int { return l.cfg.Size })
	}
	for i := range 9 {
		most := []int{3, 20, 300}[i/3]
		portion := func() int { return 1 + b.rng.IntN(most) }
		l.split(b, i, l.cfg.Size, nil, "random portions", portion)
		if !l.cfg.Recovers {
			l.split(b, i+1, b.rng.IntN(l.cfg.Size), errTrialUp, "random portions and then an error", portion)
		}
	}
}

// split sends n elements in portions, each when the one before has been dealt
// with.
func (l *laws[In, Out]) split(b *bench, i, n int, err error, what string, portion func() int) {
	if b.failed() {
		return
	}
	p := l.plan()
	p.vary(i)
	p.n, p.err, p.gated = n, err, true
	p.batch = 1 + i%2*255
	t := l.prepare(b, p, "%d elements upstream in %s, trial %d", n, what, i+1)
	t.start()
	for supply := 0; supply < n && !t.probe.ends(); {
		supply = min(n, supply+portion())
		t.in.open(supply)
		t.settle()
	}
	t.join()
	got := t.probe.Values()
	switch {
	case err != nil:
		l.checkFailed(t, got, n)
	case !t.probe.Completed():
		b.wrong("the stream should have completed: %s", t.probe)
	default:
		if text := l.differs(got, n); text != "" {
			b.wrong("%s", text)
		}
	}
}

// checkFailed looks at a stream whose upstream failed after n elements.
func (l *laws[In, Out]) checkFailed(t *trial[In, Out], got []Out, n int) {
	whole := t.probe.Completed() && len(l.full) == len(got) // it had what it wanted
	if !whole && !errors.Is(t.probe.Err(), errTrialUp) {
		t.b.wrong("the stream should have ended with upstream's error: %s", t.probe)
	}
	if text := l.misses(got, n); text != "" {
		t.b.wrong("elements before the error of upstream: %s", text)
	}
}
