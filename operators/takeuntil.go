package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// TakeUntil emits elements up to and including the first for which last
// returns true. last is not called again after that. [TakeWhile] leaves out the
// element that decides.
//
//	source         --1--2--9--3--|
//	TakeUntil(v>5)
//	result         --1--2--9|
//
// Demand: passed up as it is. Functions above it on the same island may run
// ahead of the end by a batch.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in last ends the stream with a
// [flow.PanicError], after the elements before it; the element itself is let
// go.
//
// Ends: completes with the first element for which last returns true and
// cancels upstream, or when upstream completes.
func TakeUntil[T any](src flow.Publisher[T], last func(T) bool, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.TakeUntil: nil source")
	stage.Require(last != nil, "operators.TakeUntil: nil function")
	return &takeUntilOp[T]{stage.NewBlueprint("takeuntil", src, opts), stage.Adapt(src), last}
}

type takeUntilOp[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	last func(T) bool
}

func (p *takeUntilOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &takeUntilStage[T]{last: p.last}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type takeUntilStage[T any] struct {
	stage.Link[T, T]
	last func(T) bool
	in   stage.One[T]
}

// Transparent implements [stage.Transparent].
func (*takeUntilStage[T]) Transparent() {}

func (s *takeUntilStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *takeUntilStage[T]) OnNextBatch(vs []T) {
	n, over := s.pass(vs)
	if over {
		defer s.finish(vs[n:]) // also if the code below does not return
	}
	s.Batch(vs[:n])
}

// finish completes. rest came behind the last element.
func (s *takeUntilStage[T]) finish(rest []T) {
	s.Discard(rest)
	s.Enough()
}

// pass returns how many elements are to be handed on, and whether the last of
// them is the end. Where the function does not return, it hands on what came
// before and ends the stream.
func (s *takeUntilStage[T]) pass(vs []T) (n int, over bool) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.FailFrom(vs[:at], vs[at:], s.Broken(recover()))
		}
	}()
	last, brake := s.last, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Discard(vs[i:])
			return i, false
		}
		at = i
		if last(v) {
			returned = true
			return i + 1, true
		}
	}
	returned = true
	return len(vs), false
}
