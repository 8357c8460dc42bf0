package flowtest

import "errors"

// errTrialCtx is the cause with which a law ends the context.
var errTrialCtx = errors.New("flowtest: a law has ended the context")

// context holds the law of the context, which ends at each position.
func (l *laws[In, Out]) context(b *bench) {
	for i, k := range positions(len(l.full)) {
		l.contextAt(b, i, "context ends inside OnNext of element %d", k, func(t *trial[In, Out], act func()) {
			t.next = func(j int, _ Out) {
				if j == k {
					act()
				}
			}
		})
		l.contextWithoutDemand(b, i, k)
	}
	if l.cfg.Call == nil {
		return
	}
	for i, k := range positions(l.cfg.Size) {
		l.contextAt(b, i, "context ends inside call %d of the function", k, func(t *trial[In, Out], act func()) {
			t.call = func(j int, _ In) {
				if j == k {
					act()
				}
			}
		})
	}
}

func (l *laws[In, Out]) contextAt(b *bench, i int, what string, k int, arm func(t *trial[In, Out], act func())) {
	if b.failed() {
		return
	}
	p := l.plan()
	p.vary(i)
	p.batch = 1 // what is on its way is on its way
	var after *aftermath
	t := l.prepare(b, p, what, k)
	arm(t, func() {
		t.cancel(errTrialCtx)
		t.settle() // everybody has been told
		after = t.moment()
	})
	t.start()
	t.join()
	if after == nil {
		return
	}
	t.checkAfter(after, "the end of the context", l.cfg.Concurrent)
	l.checkContext(t)
}

// contextWithoutDemand ends the context when k elements have come, which were
// all that was asked for.
func (l *laws[In, Out]) contextWithoutDemand(b *bench, i, k int) {
	if b.failed() {
		return
	}
	p := l.plan()
	p.vary(i)
	p.demand = byScript
	t := l.prepare(b, p, "context ends when the %d elements that were asked for have come", k)
	t.start()
	if k > 0 {
		t.probe.Request(int64(k))
	}
	t.until(func() bool { return t.probe.Count() >= k || t.probe.ends() })
	t.cancel(errTrialCtx)
	t.settle()
	after := t.moment()
	t.join()
	t.checkAfter(after, "the end of the context", l.cfg.Concurrent)
	l.checkContext(t)
}

// checkContext looks at the end of the stream, which may have come before that
// of the context.
func (l *laws[In, Out]) checkContext(t *trial[In, Out]) {
	whole := t.probe.Completed() && (l.cfg.Lossy || t.probe.Count() == len(l.full))
	if !whole && !errors.Is(t.probe.Err(), errTrialCtx) {
		t.b.wrong("the stream should have ended with the cause of the context: %s", t.probe)
	}
	t.in.all(func(i int, line *intakeLine) {
		if line.cancelled > 1 {
			t.b.wrong("upstream was cancelled %d times (subscription %d)", line.cancelled, i+1)
		}
	})
}
