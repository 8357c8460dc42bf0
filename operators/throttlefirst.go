package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ThrottleFirst emits an element, and leaves out those that come less than the
// time d after it was emitted. The next one after that is emitted again.
//
//	source         -1-2-3-----4---5-6-|
//	ThrottleFirst(4 columns)
//	result         -1---3-----4---5---|
//
// Demand: unbounded, at once. An element for which there is none is kept until
// there is, and those that come meanwhile are left out; d counts from when it
// is emitted.
//
// Buffer: one element.
//
// Errors: passes upstream's on at once, and lets go of the element that it
// holds.
//
// Ends: completes when upstream does, after the element that it holds. Panics
// if d is not positive.
//
// Elements that are left out because of d are let go of as [flow.Filtered],
// those for which there was no demand as [flow.DroppedNew]. There is no timer.
func ThrottleFirst[T any](src flow.Publisher[T], d time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.ThrottleFirst: nil source")
	stage.Require(d > 0, "operators.ThrottleFirst: time %v, must be positive", d)
	p := &throttleFirstOp[T]{stage.NewBlueprint("throttlefirst", src, opts), stage.Adapt(src), d}
	p.Node().Capacity = 1
	return p
}

type throttleFirstOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	d   time.Duration
}

func (p *throttleFirstOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &throttleFirstStage[T]{d: p.d}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type throttleFirstStage[T any] struct {
	stage.Holder[T, T]
	d     time.Duration
	in    stage.One[T]
	slot  [1]T
	full  bool  // slot holds an element
	shut  bool  // an element has been emitted
	until int64 // and others are left out before this moment
}

// OnSubscribe asks for everything at once.
func (s *throttleFirstStage[T]) OnSubscribe(sub flow.Subscription) {
	s.Holder.OnSubscribe(sub)
	s.Ready()
}

func (s *throttleFirstStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *throttleFirstStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	now := flow.Now()
	if s.full && s.Demand() > 0 { // it came before these
		defer s.Let(vs, flow.Filtered)
		s.give(now)
		return
	}
	switch {
	case s.full:
		s.Let(vs, flow.DroppedNew)
	case s.shut && now < s.until:
		s.Let(vs, flow.Filtered)
	case s.Demand() > 0:
		defer s.Let(vs[1:], flow.Filtered)
		s.keep(vs[0])
		s.give(now)
	default:
		s.keep(vs[0])
		s.Let(vs[1:], flow.DroppedNew)
	}
}

func (s *throttleFirstStage[T]) keep(v T) {
	s.slot[0], s.full = v, true
	s.buffered(1)
}

// give emits the element.
func (s *throttleFirstStage[T]) give(now int64) {
	s.shut, s.until = true, stage.Later(now, s.d)
	s.full = false
	s.buffered(0)
	s.Emit(s.slot[:])
	clear(s.slot[:])
}

func (s *throttleFirstStage[T]) buffered(n int64) {
	if m := s.Meter(); m != nil {
		m.Buffered(n)
	}
}

// Flush emits the element that waits for demand.
func (s *throttleFirstStage[T]) Flush(n int) (emitted int, more bool) {
	if !s.full || n == 0 {
		return 0, s.full
	}
	s.give(flow.Now())
	return 1, false
}

// Want asks for everything: upstream is not held up.
func (*throttleFirstStage[T]) Want(int64) int64 { return flow.Unbounded }

// Clear lets go of the element.
func (s *throttleFirstStage[T]) Clear(reason flow.Reason) {
	if s.full {
		s.full = false
		s.buffered(0)
		s.Let(s.slot[:], reason)
		clear(s.slot[:])
	}
}

// OnError ends the stream. An element for which there is no demand is let go.
func (s *throttleFirstStage[T]) OnError(err error) {
	if s.full && !s.Closed() && !s.Over() {
		if s.Demand() > 0 && !s.Stopped() {
			s.give(flow.Now())
		}
		s.Clear(flow.Failed)
	}
	s.Holder.OnError(err)
}
