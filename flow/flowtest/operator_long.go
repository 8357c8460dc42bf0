package flowtest

// longRun finds operators that lose demand. Every signal is sent by a
// goroutine of its own, for the race detector.
func (o *operator[In, Out]) longRun(e *env) {
	m, out := o.inputs(120)
	up, p := o.start(e)
	up.WaitSubscribed()
	e.spawn(func() {
		for i := range m {
			sent := make(chan struct{})
			e.spawn(func() {
				defer close(sent)
				up.Next(o.In(i))
			})
			<-sent
			if up.gone() {
				return
			}
		}
		up.Complete()
	})
	for i := range out {
		p.Request(1)
		if !p.await(func() bool { return len(p.values) > i || p.ended }, p.opt.timeout) {
			e.fatal(e.own, "element %d did not come: %s", i, p)
		}
		if p.ends() {
			break
		}
	}
	if o.Lazy {
		p.Request(1)
	}
	o.ended(e, p, nil)
	if got := p.Values(); !o.Lossy && !o.Unordered && !equal(got, out) {
		e.violate(e.own, "got %v, want %v", got, out)
	}
}

// gone reports whether nothing more can be sent.
func (m *Manual[T]) gone() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.ended || m.line.cancelled > 0
}
