package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Expand emits the elements of src, for each of them those of the publisher f(v),
// for each of those again, and so on, level by level: the elements of a level
// come in the order of the elements that they were made of, and before those of
// the next level.
//
//	source             --1--2-----------------|
//	Expand(8, v => 10v+1, 10v+2 if v < 10)
//	result             --1--2--11--12--21--22-|
//
// Demand: passed to the present publisher, but not for more than the queue has
// room for. Where it is full, one element is asked for, so that the stream
// fails if there is one.
//
// Buffer: at most capacity elements, which have been emitted and not yet come to
// f: the rest of one level and the beginning of the next. The memory for them
// comes with the first. What the publishers hold is theirs, so the capacity of
// the stage is not known.
//
// Errors: an error of src or of f's publisher ends the stream at once. Where an
// element comes for which the queue has no room, the present publisher is
// cancelled, and the stream fails with [flow.ErrOverflow] after the elements
// before it. A panic in f, or a nil publisher, ends the stream with an error
// that names the stage.
//
// Ends: completes when src and all publishers of f have, each of which is
// subscribed when the one before has completed, with demand or without. While
// its graph drains, f is not called any more: it completes instead. Panics if
// capacity is less than 1, or if elements are a [flow.Releaser] and not a
// [flow.Forker]: each of them goes downstream, and to f.
func Expand[T any](src flow.Publisher[T], capacity int, f func(v T) flow.Publisher[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Expand: nil source")
	stage.Require(capacity > 0, "operators.Expand: capacity %d, must be at least 1", capacity)
	stage.Require(f != nil, "operators.Expand: nil function")
	p := &expandOp[T]{stage.NewBlueprint("expand", src, opts), stage.Adapt(src), capacity, f, stage.Fork[T]("operators.Expand")}
	p.Node().Capacity = flow.UnknownCapacity // f's publishers may hold anything
	return p
}

type expandOp[T any] struct {
	stage.Blueprint
	src      flow.Publisher[T]
	capacity int
	f        func(T) flow.Publisher[T]
	fork     func(T, int) // nil where elements need not be told
}

func (p *expandOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &expandStage[T]{plan: p}
	s.queue.Size = p.capacity
	s.Also(s)
	s.Begin(ctx, p.Node(), down, s)
}

type expandStage[T any] struct {
	stage.Relay[T]
	plan  *expandOp[T]
	began bool
	queue stage.Ring[T] // of elements that have yet to come to f
}

// After takes the oldest element to the next publisher.
func (s *expandStage[T]) After(err error) (flow.Publisher[T], stage.Progress, error) {
	switch {
	case err != nil:
		return nil, stage.Last, err
	case !s.began:
		s.began = true
		return s.plan.src, stage.More, nil
	case s.Draining():
		s.drop(flow.Cancelled)
	}
	if s.queue.Len() == 0 {
		return nil, stage.Last, nil
	}
	s.Dynamic()
	v := s.queue.Pop()
	s.held()
	next, err := publisherOf(&s.Relay, s.plan.f, v)
	return next, stage.Last, err
}

// Room implements [stage.Keeper].
func (s *expandStage[T]) Room() int { return s.queue.Size - s.queue.Len() }

// Keep implements [stage.Keeper]. What is kept counts as another element that
// came in, which goes out to f.
func (s *expandStage[T]) Keep(vs []T) {
	for _, v := range vs {
		if s.plan.fork != nil {
			s.plan.fork(v, 2)
		}
		s.queue.Push(v)
	}
	s.Consumed(-int64(len(vs)))
	s.held()
}

// Abandon cancels the present publisher and lets go of what is kept.
func (s *expandStage[T]) Abandon(reason flow.Reason) {
	s.Relay.Abandon(reason)
	s.drop(reason)
}

// drop lets go of what is kept.
func (s *expandStage[T]) drop(reason flow.Reason) {
	vs := s.queue.Take(nil, s.queue.Len())
	s.held()
	s.Lose(vs, reason)
}

// held publishes how many elements are kept.
func (s *expandStage[T]) held() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(s.queue.Len()))
	}
}
