package flowtest

import (
	"time"

	"github.com/weirgo/weir/flow"
)

func (s *receiver[T]) requests(e *env) {
	const n = 300 // long enough for those that request in portions
	up, sub := s.start(e)
	s.demand(sub, n)
	up.WaitRequested(1)
	s.next(up, n)
	if up.Cancelled() == 0 {
		up.Complete()
		s.received(e, sub, n)
	}
}

// endsOnly relies on the publisher, which looks who calls it.
func (s *receiver[T]) endsOnly(e *env) {
	up, sub := s.start(e)
	s.demand(sub, 1)
	s.next(up, 1)
	up.Complete()
	up, sub = s.start(e)
	s.demand(sub, 1)
	s.next(up, 1)
	up.Error(errTest)
}

func (s *receiver[T]) silentAfterEnd(e *env) {
	for _, end := range []func(*Manual[T]){
		func(up *Manual[T]) { up.Complete() },
		func(up *Manual[T]) { up.Error(errTest) },
	} {
		up, sub := s.start(e)
		s.demand(sub, 2)
		s.next(up, 1)
		e.lull() // what it still had to say
		before := up.line.calls()
		end(up)
		e.lull()
		if after := up.line.calls(); after > before {
			e.violate(e.own, "Request was called %d times after the end", after-before)
		}
	}
}

func (s *receiver[T]) secondSubscription(e *env) {
	up, sub := s.start(e)
	s.demand(sub, 3)
	second := up.ForceSubscribe()
	if !up.await(func() bool { return second.cancelled > 0 }) {
		e.violate(e.own, "the second subscription was not cancelled")
	}
	if n := second.Requested(); n > 0 {
		e.violate(e.own, "%d elements were requested on the second subscription", n)
	}
	if up.Cancelled() > 0 {
		e.violate(e.own, "the first subscription was cancelled")
	}
	s.next(up, 2)
	up.Complete()
}

func (s *receiver[T]) serialRequests(e *env) {
	up, sub := newManual[T](e, e.limits.timeout()), s.New()
	up.slow = func() {
		timer := time.NewTimer(time.Millisecond)
		defer timer.Stop()
		<-timer.C
	}
	e.cleanup(up.unwatch)
	up.Subscribe(e.ctx, sub)
	s.demand(sub, 8)
	s.next(up, 8)
	up.Complete()
	if n := up.line.overlaps.Load(); n > 0 {
		e.violate(e.own, "%d calls of Request began before another one returned", n)
	}
}

func (s *receiver[T]) completes(e *env) {
	up, _ := s.start(e)
	up.Complete()
	up, sub := s.start(e)
	s.demand(sub, 5)
	up.WaitRequested(1)
	up.Complete()
	s.received(e, sub, 0)
}

func (s *receiver[T]) fails(e *env) {
	up, _ := s.start(e)
	up.Error(errTest)
	up, sub := s.start(e)
	s.demand(sub, 5)
	up.WaitRequested(1)
	up.Error(errTest)
	s.received(e, sub, 0)
}

// manyGoroutines lets the race detector see a subscriber that relies on being
// called by one goroutine.
func (s *receiver[T]) manyGoroutines(e *env) {
	up, sub := s.start(e)
	e.cleanup(up.unwatch)
	s.demand(sub, 20)
	for i := range 20 {
		if !up.demanded(1) {
			return
		}
		sent := make(chan struct{})
		e.spawn(func() {
			defer close(sent)
			up.Next(s.In(i))
		})
		<-sent
	}
	up.Complete()
	s.received(e, sub, 20)
}

// panics reports if f returns.
func (e *env) panics(what string, f func()) {
	defer func() {
		if recover() == nil {
			e.violate("2.13", "%s did not panic", what)
		}
	}()
	f()
}

// returnsNormally relies on the check, which reports panics.
func (s *receiver[T]) returnsNormally(e *env) {
	for _, err := range []error{nil, errTest} {
		up, sub := s.start(e)
		s.demand(sub, 10)
		s.next(up, 10)
		if err == nil {
			up.Complete()
		} else {
			up.Error(err)
		}
	}
}

func (s *receiver[T]) nilSubscription(e *env) {
	e.panics("OnSubscribe(nil)", func() { s.New().OnSubscribe(nil) })
}

func (s *receiver[T]) nilError(e *env) {
	up, _ := s.start(e)
	e.panics("OnError(nil)", func() { up.ForceError(nil) })
}

// whole runs a stream of n elements that ends with err, or completes.
func (s *receiver[T]) whole(e *env, n, batch int, err error) {
	sub := s.New()
	src := &source[T]{n: n, at: s.In, batch: batch, err: err}
	src.Subscribe(e.ctx, sub)
	s.demand(sub, int64(n))
	s.received(e, sub, n)
}

func (s *receiver[T]) synchronous(e *env) { s.whole(e, 40, 1, nil) }

func (s *receiver[T]) synchronousEnd(e *env) {
	for n := range 3 {
		s.whole(e, n, 1, nil)
		s.whole(e, n, 1, errTest)
	}
}

// batches relies on the publisher, which overwrites its batches.
func (s *receiver[T]) batches(e *env) {
	s.whole(e, 40, 8, nil)
	up, sub := s.start(e)
	s.demand(sub, 6)
	for i := range 3 {
		up.NextBatch(s.In(2*i), s.In(2*i+1))
	}
	up.Complete()
	s.received(e, sub, 6)
}

func (s *receiver[T]) cancels(e *env) {
	up, sub := s.start(e)
	s.demand(sub, 2)
	s.Cancel(sub)
	up.WaitCancelled()
}

func (s *receiver[T]) nextAfterCancel(e *env) {
	up, sub := s.start(e)
	s.demand(sub, 3)
	up.WaitRequested(1)
	s.Cancel(sub)
	up.WaitCancelled()
	for i := range int(min(3, up.Requested())) {
		up.ForceNext(s.In(i))
	}
}

func (s *receiver[T]) requestsCount(e *env) {
	up, sub := s.start(e)
	before := up.Requested()
	s.Request(sub, 3)
	up.await(func() bool { return up.line.requested >= before+3 })
	e.lull()
	if n := up.Requested(); n < before+3 || n > before+3 && n != flow.Unbounded {
		e.violate(e.own, "%d elements were requested, want 3", n-before)
	}
}
