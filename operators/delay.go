package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Delay emits each element the time d after it has come, in the same order.
//
//	source         --1-2---3--|
//	Delay(3 columns)
//	result         -----1-2---3|
//
// Demand: passed up as it is, as long as no more than capacity elements wait
// or are on their way. A capacity that is too small for what comes in d makes
// the delay a rate limit of capacity elements in d.
//
// Buffer: at most capacity elements.
//
// Errors: passes upstream's on at once, after the elements whose time has come,
// and lets go of the others.
//
// Ends: completes when upstream has and the last element has been emitted; at
// once if none waits. Panics if capacity is less than 1 or d is negative.
//
// Each element that is demanded waits d at most: while it waits, those behind
// it wait too.
func Delay[T any](src flow.Publisher[T], capacity int, d time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Delay: nil source")
	stage.Require(capacity > 0, "operators.Delay: capacity %d, must be at least 1", capacity)
	stage.Require(d >= 0, "operators.Delay: negative time %v", d)
	p := &delayOp[T]{stage.NewBlueprint("delay", src, opts), stage.Adapt(src), capacity, d}
	p.Node().Capacity = int64(capacity)
	return p
}

type delayOp[T any] struct {
	stage.Blueprint
	src      flow.Publisher[T]
	capacity int
	d        time.Duration
}

func (p *delayOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &delayStage[T]{plan: p}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// delayStage has asked for no more elements than are demanded, so that each
// can be emitted when its time comes.
type delayStage[T any] struct {
	stage.Holder[T, T]
	plan  *delayOp[T]
	line  waitingLine[T]
	alarm stage.Alarm
	set   bool // the alarm is, for the time of the first element or before that
	in    stage.One[T]
	out   stage.Scratch[T]
}

func (s *delayStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *delayStage[T]) OnNextBatch(vs []T) {
	switch {
	case !s.Received(len(vs)):
		s.Let(vs, flow.Cancelled)
	case s.plan.d == 0:
		s.Emit(vs)
		s.Refill()
	default:
		now := flow.Now()
		s.line.push(vs, stage.Later(now, s.plan.d), s.plan.capacity)
		s.wake(now)
		s.count()
	}
}

// wake sets the alarm, if it is not.
func (s *delayStage[T]) wake(now int64) {
	if !s.set && s.line.len() > 0 {
		s.set = true
		s.alarm.Set(&s.Handle, time.Duration(s.line.first()-now))
	}
}

// give emits at most n elements whose time has come.
func (s *delayStage[T]) give(now int64, n int) (emitted int) {
	n = s.line.due(now, n)
	if n == 0 {
		return 0
	}
	out := s.out.Get(n)
	s.line.pop(out)
	s.count()
	s.Emit(out)
	s.out.Put(out)
	return n
}

// Flush emits the elements whose time has come.
func (s *delayStage[T]) Flush(n int) (emitted int, more bool) {
	if s.alarm.Rang() { // perhaps for an element that has been emitted
		s.set = false
	}
	if s.line.len() == 0 {
		return 0, false
	}
	now := flow.Now()
	emitted = s.give(now, n)
	switch {
	case s.Closed() || s.line.len() == 0:
		return emitted, false
	case s.line.first() <= now:
		return emitted, true
	}
	s.wake(now)
	if !s.Completed() {
		return emitted, false
	}
	s.Pause()
	return emitted, true
}

// Want passes the demand up as far as there is room.
func (s *delayStage[T]) Want(demand int64) int64 {
	return min(demand, int64(s.plan.capacity)) - int64(s.line.len())
}

// count publishes how many elements are held.
func (s *delayStage[T]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(s.line.len()))
	}
}

// Clear lets go of what waits and stops the timer.
func (s *delayStage[T]) Clear(reason flow.Reason) {
	s.alarm.Stop()
	for n := s.line.len(); n > 0; n = s.line.len() {
		lost := make([]T, min(n, stage.MaxBatch))
		s.line.pop(lost)
		s.count()
		s.Let(lost, reason)
	}
	s.line = waitingLine[T]{}
}

// OnError ends the stream. What waits for its time is let go.
func (s *delayStage[T]) OnError(err error) {
	if !s.Over() && !s.Closed() {
		now := flow.Now()
		for !s.Stopped() && s.give(now, stage.MaxBatch) > 0 {
		}
		s.Clear(flow.Failed)
	}
	s.Holder.OnError(err)
}
