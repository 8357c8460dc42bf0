package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// IgnoreElements emits nothing but the end of the stream. The elements are let
// go of as [flow.Filtered].
//
//	source         --1--2--3--|
//	IgnoreElements
//	result         -----------|
//
// Demand: unbounded, at once: the end is not worth waiting for demand that no
// element will ever use.
//
// Buffer: none.
//
// Errors: passes upstream's on.
//
// Ends: completes when upstream does.
func IgnoreElements[T any](src flow.Publisher[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.IgnoreElements: nil source")
	return &ignoreOp[T]{stage.NewBlueprint("ignoreelements", src, opts), stage.Adapt(src)}
}

type ignoreOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
}

func (p *ignoreOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := new(ignoreStage[T])
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type ignoreStage[T any] struct {
	stage.Link[T, T]
	in stage.One[T]
}

// Transparent implements [stage.Transparent].
func (*ignoreStage[T]) Transparent() {}

// OnSubscribe asks for everything, after the subscriber has had its say.
func (s *ignoreStage[T]) OnSubscribe(sub flow.Subscription) {
	first := s.Upstream() == nil
	s.Join(sub, s)
	if first {
		sub.Request(flow.Unbounded)
	}
}

// Request only passes up what is no demand: there is enough.
func (s *ignoreStage[T]) Request(n int64) {
	s.Wanted(n)
	if n < 1 {
		s.Upstream().Request(n)
	}
}

func (s *ignoreStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *ignoreStage[T]) OnNextBatch(vs []T) {
	if s.Stopped() {
		s.Discard(vs)
		return
	}
	s.Let(vs, flow.Filtered)
}
