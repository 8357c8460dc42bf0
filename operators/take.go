package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// Take emits the first n elements. It asks upstream for no more than that, so
// a function above it on the same island does not see element n+1.
//
//	source         --1--2--3--4--|
//	Take(2)
//	result         --1--2|
//
// Demand: passed up until it adds up to n.
//
// Buffer: none.
//
// Errors: passes upstream's on.
//
// Ends: completes with element n and cancels upstream, or when upstream
// completes; at once if n is 0, when upstream is subscribed and cancelled, so
// that one that waits for all its subscribers does not wait for this one.
// Panics if n is negative.
func Take[T any](src flow.Publisher[T], n int64, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Take: nil source")
	stage.Require(n >= 0, "operators.Take: negative count %d", n)
	return &takeOp[T]{stage.NewBlueprint("take", src, opts), stage.Adapt(src), n}
}

type takeOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	n   int64
}

func (p *takeOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	if p.n == 0 {
		stage.Decline(ctx, p.src)
		stage.Complete(ctx, p.Node(), down)
		return
	}
	s := &takeStage[T]{left: p.n, limit: p.n}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type takeStage[T any] struct {
	stage.Link[T, T]
	asked demand.Counter // by downstream, in all
	limit int64
	left  int64 // elements to emit
}

func (s *takeStage[T]) OnSubscribe(sub flow.Subscription) { s.Join(sub, s) }

// Request passes demand up as far as the limit allows.
func (s *takeStage[T]) Request(n int64) {
	s.Wanted(n)
	if n < 1 {
		s.Upstream().Request(n)
		return
	}
	if room := s.limit - s.asked.Add(n); room > 0 {
		s.Upstream().Request(min(n, room))
	}
}

func (s *takeStage[T]) OnNext(v T) {
	if s.left == 0 {
		s.Discard([]T{v})
		return
	}
	s.left--
	s.Next(v)
	s.finish()
}

func (s *takeStage[T]) OnNextBatch(vs []T) {
	n := int(min(int64(len(vs)), s.left))
	s.left -= int64(n)
	s.Batch(vs[:n])
	s.Discard(vs[n:])
	s.finish()
}

// finish completes after the last element.
func (s *takeStage[T]) finish() {
	if s.left == 0 && !s.Done() {
		s.Enough()
	}
}
