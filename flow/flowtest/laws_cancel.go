package flowtest

// aftermath is what happened after a moment that should have ended everything.
type aftermath struct {
	calls, settledCalls int64 // begun at the moment, and a pause later
	seen, settledSeen   int   // elements, the same
}

// moment notes where the stream stands, lets everything that is under way come
// to rest, and notes it again. It may be called inside a signal or a call.
func (t *trial[In, Out]) moment() *aftermath {
	a := &aftermath{calls: t.calls.Load(), seen: t.probe.Count()}
	t.settle()
	a.settledCalls, a.settledSeen = t.calls.Load(), t.probe.Count()
	return a
}

// checkAfter reports calls and elements that came after the moment. On other
// goroutines what was about to begin may still do so, and a call that has begun
// may have its result handed on.
func (t *trial[In, Out]) checkAfter(a *aftermath, what string, concurrent int) {
	if n := a.settledCalls - a.calls; n > int64(concurrent) {
		t.b.wrong("%d calls of the function began right after %s", n, what)
	}
	if n := t.calls.Load() - a.settledCalls; n > 0 {
		t.b.wrong("%d calls of the function began after %s", n, what)
	}
	results := 0 // that may still come
	if t.call != nil {
		results = concurrent
	}
	if n := a.settledSeen - a.seen; n > 1+results {
		t.b.wrong("%d elements arrived right after %s: %s", n, what, t.probe)
	}
	if n := t.probe.Count() - a.settledSeen; n > results {
		t.b.wrong("%d elements arrived after %s: %s", n, what, t.probe)
	}
}

// cancel holds the law of Cancel: the subscriber leaves at each position.
func (l *laws[In, Out]) cancel(b *bench) {
	for i, k := range positions(len(l.full)) {
		l.cancelAt(b, i, "Cancel inside OnNext of element %d", k, func(t *trial[In, Out], act func(func())) {
			t.next = func(j int, _ Out) {
				if j == k {
					act(t.leave)
				}
			}
		})
		l.cancelAt(b, i, "Cancel on another goroutine, during OnNext of element %d", k, func(t *trial[In, Out], act func(func())) {
			t.next = func(j int, _ Out) {
				if j == k {
					act(t.leaveElsewhere)
				}
			}
		})
		l.cancelBetween(b, i, k)
	}
	if l.cfg.Call == nil {
		return
	}
	for i, k := range positions(l.cfg.Size) {
		l.cancelAt(b, i, "Cancel inside call %d of the function", k, func(t *trial[In, Out], act func(func())) {
			t.call = func(j int, _ In) {
				if j == k {
					act(t.leave)
				}
			}
		})
	}
}

// leaveElsewhere has another goroutine cancel, and waits for it.
func (t *trial[In, Out]) leaveElsewhere() {
	left := make(chan struct{})
	go func() {
		defer close(left)
		t.leave()
	}()
	<-left
}

// cancelAt runs a trial in which arm has act called with the way to leave.
func (l *laws[In, Out]) cancelAt(b *bench, i int, what string, k int, arm func(t *trial[In, Out], act func(leave func()))) {
	if b.failed() {
		return
	}
	p := l.plan()
	p.vary(i)
	var after *aftermath
	t := l.prepare(b, p, what, k)
	arm(t, func(leave func()) {
		leave()
		after = t.moment()
	})
	t.start()
	t.join()
	if after != nil {
		l.checkCancelled(t, after)
	}
}

// cancelBetween leaves when k elements have come, which were all that was
// asked for.
func (l *laws[In, Out]) cancelBetween(b *bench, i, k int) {
	if b.failed() {
		return
	}
	p := l.plan()
	p.vary(i)
	p.demand = byScript
	t := l.prepare(b, p, "Cancel when the %d elements that were asked for have come", k)
	t.start()
	if k > 0 {
		t.probe.Request(int64(k))
	}
	if !t.until(func() bool { return t.probe.Count() >= k || t.probe.ends() }) && !l.cfg.Lossy {
		b.wrong("only %d elements came: %s", t.probe.Count(), t.probe)
	}
	t.leave()
	after := t.moment()
	t.join()
	l.checkCancelled(t, after)
}

func (l *laws[In, Out]) checkCancelled(t *trial[In, Out], after *aftermath) {
	t.checkAfter(after, "Cancel", l.cfg.Concurrent)
	if n := t.probe.late.Load(); n > 0 && t.call == nil {
		t.b.wrong("%d signals began after Cancel had returned: %s", n, t.probe)
	}
	l.checkUpstream(t)
}
