package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ConcatMap emits, for each element v, the elements of the publisher f(v), one
// publisher after the other and in order. It is FlatMap with one at a time.
//
//	source         --1---------2-----|
//	ConcatMap(v => v, v)
//	result         ----1--1------2--2--|
//
// Demand: passed to the present publisher as it is; what that has not used is
// asked of the next. Upstream is asked for one element when no publisher is
// active, and only while there is demand.
//
// Buffer: one element of upstream at most, for a moment. What the publishers
// hold is theirs, so the capacity of the stage is not known.
//
// Errors: an error of f's publisher ends the stream at once and cancels
// upstream. An error of upstream is passed on when the present publisher has
// completed. A panic in f, or a nil publisher, ends the stream with an error
// that names the stage. With [WithDelayErrors] the next publisher follows one
// that has failed.
//
// Ends: completes when upstream and the last publisher have.
func ConcatMap[In, Out any](src flow.Publisher[In], f func(In) flow.Publisher[Out], opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.ConcatMap: nil source")
	stage.Require(f != nil, "operators.ConcatMap: nil function")
	p := &concatMapOp[In, Out]{stage.NewBlueprint("concatmap", src, opts), stage.Adapt(src), f, stage.Configure(opts).DelayErrors}
	p.Node().Capacity = flow.UnknownCapacity // f's publishers may hold anything
	return p
}

type concatMapOp[In, Out any] struct {
	stage.Blueprint
	src flow.Publisher[In]
	f   func(In) flow.Publisher[Out]

	delayErrors bool
}

func (p *concatMapOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := new(concatMapStage[In, Out])
	s.init(ctx, p.src, p.f, s)
	if p.delayErrors {
		errs := new(stage.Errors)
		s.Keep(errs)
		s.outer.Keep(errs)
	}
	s.Begin(ctx, p.Node(), down, s)
}

type concatMapStage[In, Out any] struct {
	innerRelay[In, Out]
}

// arrived lets the stage look: at once where no publisher is present.
func (s *concatMapStage[In, Out]) arrived() { s.Ready() }

// After takes the next element of upstream to the next publisher, and asks for
// one when there is demand.
func (s *concatMapStage[In, Out]) After(err error) (flow.Publisher[Out], stage.Progress, error) {
	next, p, err := s.innerRelay.After(err)
	if p == stage.Wait && s.Demand() > 0 {
		s.outer.next()
	}
	return next, p, err
}
