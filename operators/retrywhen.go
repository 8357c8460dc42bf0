package operators

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// RetryWhen emits the elements of src, and asks when(err) what to do when that
// has failed: its first element subscribes to src again. Elements that were
// delivered before a failure are not withdrawn. [Retry] needs no function where
// it is only a matter of numbers and times.
//
//	source         --1--2--X        --1--2--3--|
//	when                   ---a
//	RetryWhen(when)
//	result         --1--2-------------1--2--3--|
//
// Demand: passed up as it is; what an attempt has not used is asked of the
// next. One element of each publisher that when returns, which is cancelled
// then.
//
// Buffer: none. What the publishers of when hold is theirs.
//
// Errors: that of when's publisher. when gets every error of src, panics above
// among them; the end of the context is not an error of src and is passed on,
// also during a wait. If when panics, the [flow.PanicError] is joined with the
// error of src; a nil publisher ends the stream likewise.
//
// Ends: completes when src does, or when's publisher without an element: the
// error is left out then, return [github.com/weirgo/weir/sources.Error] to keep
// it. While its graph drains, no attempt is made: it completes instead.
func RetryWhen[T, N any](src flow.Publisher[T], when func(err error) flow.Publisher[N], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.RetryWhen: nil source")
	stage.Require(when != nil, "operators.RetryWhen: nil function")
	return newAgainWhen("retrywhen", src, opts, func(err error) (func() flow.Publisher[N], bool) {
		return func() flow.Publisher[N] { return when(err) }, err != nil
	})
}

// RepeatWhen emits the elements of src, and asks when() what to do when that has
// completed: its first element subscribes to src again.
//
//	source         --1--2--|        --1--2--|
//	when                   ---a             -|
//	RepeatWhen(when)
//	result         --1--2-------------1--2---|
//
// Demand: passed up as it is; what one round has not used is asked of the next.
// One element of each publisher that when returns, which is cancelled then.
//
// Buffer: none. What the publishers of when hold is theirs.
//
// Errors: the first error of src, or of when's publisher. A panic in when, or a
// nil publisher, ends the stream with an error that names the stage.
//
// Ends: completes when when's publisher does without an element. While its graph
// drains, no further round begins: it completes instead.
func RepeatWhen[T, N any](src flow.Publisher[T], when func() flow.Publisher[N], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.RepeatWhen: nil source")
	stage.Require(when != nil, "operators.RepeatWhen: nil function")
	return newAgainWhen("repeatwhen", src, opts, func(err error) (func() flow.Publisher[N], bool) {
		return when, err == nil
	})
}

// againWhenOp is [RetryWhen] or [RepeatWhen]. asks says whether it ends with the
// end of src, or what it asks.
type againWhenOp[T, N any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	asks func(err error) (when func() flow.Publisher[N], again bool)
}

func newAgainWhen[T, N any](kind string, src flow.Publisher[T], opts []Option, asks func(error) (func() flow.Publisher[N], bool)) flow.Publisher[T] {
	p := &againWhenOp[T, N]{stage.NewBlueprint(kind, src, opts), stage.Adapt(src), asks}
	p.Node().Capacity = flow.UnknownCapacity // when's publishers may hold anything
	return p
}

func (p *againWhenOp[T, N]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &againWhenStage[T, N]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type againWhenStage[T, N any] struct {
	stage.Relay[T]
	plan     *againWhenOp[T, N]
	made     context.Context // of when's publishers
	began    bool
	asks     bool                        // it waits for what when's publisher says
	other    atomic.Pointer[notifier[N]] // to which other says it, where Cancel finds it
	answered bool
}

// After asks when, or does what its publisher has answered.
func (s *againWhenStage[T, N]) After(err error) (flow.Publisher[T], stage.Progress, error) {
	switch {
	case !s.began:
		s.began = true
		return s.plan.src, stage.More, nil
	case !s.asks:
		when, again := s.plan.asks(err)
		switch {
		case !again:
			return nil, stage.Last, err
		case s.Draining():
			return nil, stage.Last, nil
		}
		if err = s.ask(err, when); err != nil {
			return nil, stage.Last, err
		}
		return nil, stage.Wait, nil
	case s.Draining():
		return nil, stage.Last, nil
	case !s.answered:
		return nil, stage.Wait, nil
	}
	s.asks, s.answered = false, false
	if answer := s.other.Swap(nil); answer.Ended() {
		return nil, stage.Last, answer.Err()
	}
	return s.plan.src, stage.More, nil
}

// ask calls when for the end of src with cause, and subscribes to its result.
// Where the subscriber leaves meanwhile, Cancel finds the notifier, or is seen
// here.
func (s *againWhenStage[T, N]) ask(cause error, when func() flow.Publisher[N]) error {
	s.asks = true
	return s.Try(cause, func() error {
		pub := when()
		if pub == nil {
			return errors.Join(stage.ErrNilPublisher, cause)
		}
		if s.made == nil {
			s.made = scheduler.Inner(s.Context(), s.Node())
		}
		other := new(notifier[N])
		s.other.Store(other)
		if s.Stopped() {
			other.Cancel()
		}
		other.watch(s.made, stage.Adapt(pub), s)
		return nil
	})
}

// Notified implements [notified].
func (s *againWhenStage[T, N]) Notified(error) {
	s.answered = true
	s.Ready()
}

// Outside implements [notified].
func (s *againWhenStage[T, N]) Outside() *scheduler.Run { return s.Outlet.Run() }

// Cancel ends the stream in silence.
func (s *againWhenStage[T, N]) Cancel() {
	s.Relay.Cancel()
	s.leave()
}

// Abandon cancels both publishers.
func (s *againWhenStage[T, N]) Abandon(reason flow.Reason) {
	s.Relay.Abandon(reason)
	s.leave()
}

// leave cancels when's publisher.
func (s *againWhenStage[T, N]) leave() {
	if other := s.other.Load(); other != nil {
		other.Cancel()
	}
}
