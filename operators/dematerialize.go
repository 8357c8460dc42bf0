package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Dematerialize emits the elements that the signals of src carry, and ends as
// the first signal of an end says. It is the way back from [Materialize].
//
//	source         --1--2--(failed)--3--|
//	Dematerialize
//	result         --1--2--X
//
// Demand: passed up as it is. The signal of the end is an element of src, which
// needs demand.
//
// Buffer: none.
//
// Errors: passes upstream's on. The error of a signal cancels upstream and is
// passed on as it is, after the elements before it.
//
// Ends: with a signal of an end, which cancels upstream, or when upstream does.
func Dematerialize[T any](src flow.Publisher[Signal[T]], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Dematerialize: nil source")
	return &dematerializeOp[T]{stage.NewBlueprint("dematerialize", src, opts), stage.Adapt(src)}
}

type dematerializeOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[Signal[T]]
}

func (p *dematerializeOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := new(dematerializeStage[T])
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type dematerializeStage[T any] struct {
	stage.Link[Signal[T], T]
	in  stage.One[Signal[T]]
	out stage.Scratch[T]
}

// Transparent implements [stage.Transparent].
func (*dematerializeStage[T]) Transparent() {}

func (s *dematerializeStage[T]) OnNext(v Signal[T]) { s.OnNextBatch(s.in.One(v)) }

func (s *dematerializeStage[T]) OnNextBatch(vs []Signal[T]) {
	if s.Stopped() || s.Done() {
		s.Discard(vs)
		return
	}
	out, n := s.out.Get(len(vs)), 0
	for n < len(vs) && !vs[n].IsEnd() {
		out[n] = vs[n].Value
		n++
	}
	if n < len(vs) {
		defer s.finish(vs[n:]) // also if the code below does not return
	}
	s.Batch(out[:n])
	s.out.Put(out[:n])
}

// finish ends the stream as the first of the signals says, and lets go of them.
func (s *dematerializeStage[T]) finish(from []Signal[T]) {
	if err := from[0].Err; err != nil {
		s.FailFrom(nil, from, err)
		return
	}
	s.Let(from[:1], flow.Filtered)
	s.Discard(from[1:])
	s.Enough()
}
