package operators

import (
	"context"
	"fmt"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// TakeFor emits the elements that come before the time d after the
// subscription. One that comes in that very moment is not emitted.
//
//	source         --1--2--3--4--|
//	TakeFor(8 columns)
//	result         --1--2--|
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on, if they come before the time.
//
// Ends: completes when the time has come and cancels upstream, whether there is
// demand or not, or when upstream completes; at once if d is 0, when upstream
// is subscribed and cancelled, as in [Take]. Panics if d is negative.
//
// Elements that wait above, in an [Async] or a [Buffer], have not come: those
// are let go there.
func TakeFor[T any](src flow.Publisher[T], d time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.TakeFor: nil source")
	stage.Require(d >= 0, "operators.TakeFor: negative time %v", d)
	return &takeForOp[T]{stage.NewBlueprint("takefor", src, opts), stage.Adapt(src), d, false}
}

type takeForOp[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	d    time.Duration
	fail bool // for TimeoutTotal
}

func (p *takeForOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	if p.d == 0 {
		stage.Decline(ctx, p.src)
		stage.Complete(ctx, p.Node(), down)
		return
	}
	s := &takeForStage[T]{plan: p, until: stage.Later(flow.Now(), p.d)}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type takeForStage[T any] struct {
	stage.Holder[T, T]
	plan  *takeForOp[T]
	until int64 // when the time has come
	alarm stage.Alarm
	set   bool // the alarm is
	in    stage.One[T]
}

func (s *takeForStage[T]) OnSubscribe(sub flow.Subscription) {
	s.Holder.OnSubscribe(sub)
	s.Ready() // to set the alarm
}

func (s *takeForStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *takeForStage[T]) OnNextBatch(vs []T) {
	switch {
	case !s.Received(len(vs)):
		s.Let(vs, flow.Cancelled)
	case s.late():
		defer s.expire()
		s.Let(vs, flow.Cancelled)
	default:
		s.Emit(vs)
	}
}

// late reports whether the time has come.
func (s *takeForStage[T]) late() bool { return flow.Now() >= s.until }

// expire ends the stream.
func (s *takeForStage[T]) expire() {
	s.Enough()
	s.alarm.Stop()
	if s.plan.fail {
		s.End(s.UserError(fmt.Errorf("%w: not complete after %v", flow.ErrTimeout, s.plan.d)))
	} else {
		s.End(nil)
	}
}

// Flush looks at the clock.
func (s *takeForStage[T]) Flush(int) (emitted int, more bool) {
	switch {
	case s.Over():
	case !s.set:
		s.set = true
		s.alarm.Set(&s.Handle, time.Duration(s.until-flow.Now()))
	case s.alarm.Rung() && s.late():
		s.expire()
	}
	return 0, false
}

// Want passes the demand up.
func (*takeForStage[T]) Want(demand int64) int64 { return demand }

// Clear stops the timer.
func (s *takeForStage[T]) Clear(flow.Reason) { s.alarm.Stop() }

func (s *takeForStage[T]) OnError(err error) {
	if !s.Over() && !s.Closed() && s.late() {
		s.expire()
		s.Outlet.Run().Undeliverable(err)
		return
	}
	s.alarm.Stop()
	s.Holder.OnError(err)
}

func (s *takeForStage[T]) OnComplete() {
	if s.plan.fail && !s.Over() && !s.Closed() && s.late() {
		s.expire()
		return
	}
	s.alarm.Stop()
	s.Holder.OnComplete()
}
