package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// SwitchMap emits, for each element v, the elements of the publisher f(v) until
// the next element comes. That cancels the publisher, of which nothing is
// emitted any more.
//
//	source         --a-------b------|
//	f(a)             -1---2---3-|
//	f(b)                     -4---5-|
//	SwitchMap(f)
//	result         ---1---2---4---5-|
//
// Demand: passed to the present publisher as it is; what that has not used is
// asked of the next. Upstream is asked for one element, and for the next as
// soon as that has come to f, whether anything is demanded or not: SwitchMap
// never holds upstream up, and every element has its turn with f.
//
// Buffer: one element of upstream at most, for a moment. What the publishers
// hold is theirs, so the capacity of the stage is not known.
//
// Errors: an error of the present publisher ends the stream and cancels
// upstream; an error of upstream ends it at once and cancels the present
// publisher. A panic in f, or a nil publisher, ends the stream with an error
// that names the stage.
//
// Ends: completes when upstream and the last publisher have.
func SwitchMap[In, Out any](src flow.Publisher[In], f func(In) flow.Publisher[Out], opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.SwitchMap: nil source")
	stage.Require(f != nil, "operators.SwitchMap: nil function")
	return newSwitchMap("switchmap", src, f, false, opts)
}

func newSwitchMap[In, Out any](kind string, src flow.Publisher[In], f func(In) flow.Publisher[Out], exhaust bool, opts []Option) flow.Publisher[Out] {
	p := &switchMapOp[In, Out]{stage.NewBlueprint(kind, src, opts), stage.Adapt(src), f, exhaust}
	p.Node().Capacity = flow.UnknownCapacity // f's publishers may hold anything
	return p
}

type switchMapOp[In, Out any] struct {
	stage.Blueprint
	src     flow.Publisher[In]
	f       func(In) flow.Publisher[Out]
	exhaust bool // an element that comes while a publisher is present is dropped
}

func (p *switchMapOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &switchMapStage[In, Out]{exhaust: p.exhaust}
	s.init(ctx, p.src, p.f, s)
	s.Begin(ctx, p.Node(), down, s)
}

// switchMapStage is the stage of [SwitchMap] and of [ExhaustMap].
type switchMapStage[In, Out any] struct {
	innerRelay[In, Out]
	exhaust bool
}

// Run does one pass: see [scheduler.Head].
func (s *switchMapStage[In, Out]) Run(n int) (emitted int, again bool) {
	emitted, again = s.Relay.Run(n)
	if !s.Closed() && !s.Stopped() {
		s.outer.next()
	}
	return emitted, again
}

// arrived lets the new element take the place of the present publisher, from
// which nothing comes any more. One that has ended with an error has ended the
// stream.
func (s *switchMapStage[In, Out]) arrived() {
	switch o := &s.outer; {
	case o.Err() != nil:
		o.drop(flow.Failed)
		s.Leave()
	case !o.full:
	case !s.exhaust:
		s.Leave()
	case s.Present():
		o.drop(flow.DroppedNew)
	}
	s.Ready()
}
