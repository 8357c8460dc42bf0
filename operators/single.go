package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Single emits the element of a stream that must have exactly one, when upstream
// has completed.
//
//	source         --1--|
//	Single
//	result         -----1|
//
// Demand: two elements, with the first request: the second would be the error.
//
// Buffer: one element.
//
// Errors: passes upstream's on, and lets go of the element. None ends the
// stream with [flow.ErrEmpty] in a [flow.StageError], a second one with
// [flow.ErrMany], and cancels upstream.
//
// Ends: completes with the element.
func Single[T any](src flow.Publisher[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Single: nil source")
	p := &singleOp[T]{stage.NewBlueprint("single", src, opts), stage.Adapt(src)}
	p.Node().Capacity = 1
	return p
}

type singleOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
}

func (p *singleOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := new(singleStage[T])
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type singleStage[T any] struct {
	stage.Link[T, T]
	asked atomic.Bool // two elements, once
	held  []T         // the element
	in    stage.One[T]
}

// Transparent implements [stage.Transparent].
func (*singleStage[T]) Transparent() {}

func (s *singleStage[T]) OnSubscribe(sub flow.Subscription) { s.Join(sub, s) }

// Request asks for two elements, once.
func (s *singleStage[T]) Request(n int64) {
	s.Wanted(n)
	switch {
	case n < 1:
		s.Upstream().Request(n)
	case !s.asked.Swap(true):
		s.Upstream().Request(2)
	}
}

func (s *singleStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *singleStage[T]) OnNextBatch(vs []T) {
	switch {
	case s.Stopped() || s.Done():
		s.Discard(vs)
	case len(s.held)+len(vs) == 1:
		s.keep([]T{vs[0]})
	default:
		s.drop(flow.Failed)
		s.FailFrom(nil, vs, &flow.StageError{Stage: s.Name(), Err: flow.ErrMany})
	}
}

func (s *singleStage[T]) keep(held []T) {
	s.held = held
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(held)))
	}
}

// drop lets go of the element.
func (s *singleStage[T]) drop(reason flow.Reason) {
	held := s.held
	s.keep(nil)
	s.Let(held, reason)
}

// OnError passes the end on.
func (s *singleStage[T]) OnError(err error) {
	s.drop(flow.Failed)
	s.Fail(err)
}

// OnComplete emits the element: that one is demanded is why it has come.
func (s *singleStage[T]) OnComplete() {
	switch held := s.held; {
	case s.Left() || s.Done():
		s.drop(flow.Cancelled)
		s.Complete()
	case len(held) == 0:
		s.Fail(&flow.StageError{Stage: s.Name(), Err: flow.ErrEmpty})
	default:
		s.keep(nil)
		defer s.Complete() // also if the code below does not return
		s.Batch(held)
	}
}

// Quit ends the stage in silence: the subscriber has left.
func (s *singleStage[T]) Quit() {
	s.drop(flow.Cancelled)
	s.Link.Quit()
}
