package flowtest

import (
	"context"
	"errors"
	"time"
)

// This file has Weir's rules for the context of a subscription.

// startIn subscribes a probe under a context of its own.
func (s *subject[T]) startIn(e *env, n int) (*Probe[T], stream[T], context.CancelCauseFunc) {
	p, st := s.probe(e), s.open(n)
	ctx, cancel := e.within()
	p.opt.ctx = ctx
	s.subscribe(e, st.pub, p)
	return p, st, cancel
}

// caused waits for the end that the context brings.
func (s *subject[T]) caused(e *env, p *Probe[T], cause error) {
	s.end(e, p)
	if !errors.Is(p.Err(), cause) {
		e.violate(e.own, "want OnError(%v), the cause of the context: %s", cause, p)
	}
}

func (s *subject[T]) ctxEnds(e *env) {
	p, st, cancel := s.startIn(e, 40)
	if st.n == 0 {
		return
	}
	k := min(2, st.n-1)
	if k > 0 {
		p.Request(int64(k))
		s.count(e, p, k)
	}
	cancel(errTest)
	if s.end(e, p); s.lossy && p.Completed() {
		return // the rest was lost, and the stream complete before the context ended
	}
	s.caused(e, p, errTest)
}

func (s *subject[T]) ctxEndsWithoutDemand(e *env) {
	p, st, cancel := s.startIn(e, 5)
	if st.n == 0 {
		return
	}
	cancel(errTest)
	s.caused(e, p, errTest)
	if p.Count() > 0 {
		e.violate(e.own, "elements without demand: %s", p)
	}
}

func (s *subject[T]) ctxHasEnded(e *env) {
	p, st := s.probe(e), s.open(5)
	ctx, cancel := e.within()
	cancel(errTest)
	p.opt.ctx = ctx
	s.subscribe(e, st.pub, p)
	if st.n > 0 {
		s.caused(e, p, errTest)
	}
}

func (s *subject[T]) ctxEndsAfterCancel(e *env) {
	p, st, cancel := s.startIn(e, 40)
	k := st.some(2)
	p.Request(int64(k))
	s.count(e, p, k)
	if p.ends() || k >= st.n {
		return
	}
	p.Cancel()
	cancel(errTest)
	e.lull()
	if p.ends() && !s.lossy {
		e.violate(e.own, "a signal after Cancel: %s", p)
	}
}

func (s *subject[T]) ctxEndsAfterEnd(e *env) {
	p, st, cancel := s.startIn(e, 2)
	p.Request(int64(st.n) + 1)
	s.end(e, p)
	before := p.signals()
	cancel(errTest)
	e.lull()
	s.silent(e, p, before)
}

func (s *subject[T]) ctxEndsWhileBusy(e *env) {
	p, st := s.probe(e), s.open(40)
	ctx, cancel := e.within()
	p.opt.ctx = ctx
	release := s.hang(e, p, st, 1)
	before := p.signals()
	cancel(errTest)
	e.lull()
	s.silent(e, p, before)
	release()
	if st.n > 1 && !s.lossy {
		s.caused(e, p, errTest)
	}
}

func (s *subject[T]) deadline(e *env) {
	p, st := s.probe(e), s.open(5)
	if st.n == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(e.ctx, time.Millisecond)
	e.cleanup(cancel)
	p.opt.ctx = ctx
	s.subscribe(e, st.pub, p)
	s.caused(e, p, context.DeadlineExceeded)
}
