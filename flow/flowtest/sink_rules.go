package flowtest

import "context"

// drive begins to run the sink on a hand-driven publisher.
func (s *sink[T]) drive(e *env) (up *Manual[T], result <-chan error, cancel context.CancelCauseFunc) {
	ctx, cancel := e.within()
	ctx = context.WithValue(ctx, valueKey{}, "value")
	up = newManual[T](e, e.limits.timeout())
	e.cleanup(up.unwatch)
	result = s.begin(e, ctx, up)
	up.WaitSubscribed()
	return up, result, cancel
}

// next sends n elements, or as many as the sink takes before it leaves.
func (s *sink[T]) next(up *Manual[T], n int) {
	for i := range n {
		up.Next(s.In(i))
	}
}

func (s *sink[T]) requests(e *env) {
	up, result, _ := s.drive(e)
	s.next(up, 300)
	up.Complete()
	s.returns(e, result, nil)
}

// endsOnly relies on the publisher, which looks who calls it.
func (s *sink[T]) endsOnly(e *env) {
	up, result, _ := s.drive(e)
	s.next(up, max(1, s.Stops-1))
	up.Complete()
	s.returns(e, result, nil)
	up, result, _ = s.drive(e)
	up.WaitRequested(1)
	up.Error(errTest)
	s.returns(e, result, errTest)
}

func (s *sink[T]) secondSubscription(e *env) {
	up, result, _ := s.drive(e)
	up.WaitRequested(1)
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
	s.returns(e, result, nil)
}

func (s *sink[T]) lateSignals(e *env) {
	up, result, _ := s.drive(e)
	s.next(up, max(1, s.Stops))
	up.Complete()
	up.ForceNext(s.In(0))
	up.ForceComplete()
	up.ForceError(errTest)
	s.returns(e, result, nil)
	up.ForceNext(s.In(0))
	up.ForceComplete()
}

func (s *sink[T]) completesEmpty(e *env) {
	up, result, _ := s.drive(e)
	up.Complete()
	s.returns(e, result, s.Empty)
}

func (s *sink[T]) failsEmpty(e *env) {
	up, result, _ := s.drive(e)
	up.Error(errTest)
	s.returns(e, result, errTest)
}

func (s *sink[T]) context(e *env) {
	up, result, cancel := s.drive(e)
	if up.Context().Value(valueKey{}) != "value" {
		e.violate(e.own, "a value of the context did not reach upstream")
	}
	cancel(errTest)
	s.returns(e, result, errTest)
}

func (s *sink[T]) ctxCancels(e *env) {
	up, result, cancel := s.drive(e)
	up.WaitRequested(1)
	cancel(errTest)
	s.returns(e, result, errTest)
	if !up.await(func() bool { return up.line.cancelled > 0 || up.ended }) {
		e.violate(e.own, "upstream was not cancelled")
	}
}

func (s *sink[T]) stopsEarly(e *env) {
	up, result, _ := s.drive(e)
	s.next(up, s.Stops)
	s.returns(e, result, nil)
	if !up.await(func() bool { return up.line.cancelled > 0 }) {
		e.violate(e.own, "upstream was not cancelled")
	}
}
