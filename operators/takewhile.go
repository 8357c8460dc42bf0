package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// TakeWhile emits elements until pred returns false for one. That one is not
// emitted; pred is not called again.
//
//	source         --1--2--9--3--|
//	TakeWhile(v<5)
//	result         --1--2--|
//
// Demand: passed up as it is. Functions above it on the same island may run
// ahead of the end by a batch.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in pred ends the stream with a
// [flow.PanicError], after the elements before it.
//
// Ends: completes with the first element for which pred returns false and
// cancels upstream, or when upstream completes.
func TakeWhile[T any](src flow.Publisher[T], pred func(T) bool, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.TakeWhile: nil source")
	stage.Require(pred != nil, "operators.TakeWhile: nil function")
	return &takeWhileOp[T]{stage.NewBlueprint("takewhile", src, opts), stage.Adapt(src), pred, false}
}

// takeWhileOp is [TakeWhile], and [TakeUntil].
type takeWhileOp[T any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	pred  func(T) bool
	until bool // pred is true for the last element, and not false behind it
}

func (p *takeWhileOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &takeWhileStage[T]{pred: p.pred, until: p.until}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type takeWhileStage[T any] struct {
	stage.Link[T, T]
	pred  func(T) bool
	until bool
	in    stage.One[T]
}

func (s *takeWhileStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *takeWhileStage[T]) OnNextBatch(vs []T) {
	n, over := s.pass(vs)
	if over {
		defer s.finish(vs[n:]) // also if the code below does not return
	}
	s.Batch(vs[:n])
}

// finish completes. The first element of rest is the one that decided, unless
// that has been handed on.
func (s *takeWhileStage[T]) finish(rest []T) {
	if !s.until {
		s.Let(rest[:1], flow.Filtered)
		rest = rest[1:]
	}
	s.Discard(rest)
	s.Enough()
}

// pass returns how many elements are to be handed on, and whether they are the
// last. Where pred does not return, it hands on what came
// before and ends the stream.
func (s *takeWhileStage[T]) pass(vs []T) (n int, over bool) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.FailFrom(vs[:at], vs[at:], s.Broken(recover()))
		}
	}()
	pred, until, brake := s.pred, s.until, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Discard(vs[i:])
			return i, false
		}
		at = i
		if pred(v) == until {
			returned = true
			if until {
				i++
			}
			return i, true
		}
	}
	returned = true
	return len(vs), false
}
