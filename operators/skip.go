package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// Skip emits all elements but the first n.
//
//	source         --1--2--3--4--|
//	Skip(2)
//	result         --------3--4--|
//
// Demand: passed up, the first request with n more.
//
// Buffer: none.
//
// Errors: passes upstream's on.
//
// Ends: completes when upstream does. Panics if n is negative.
func Skip[T any](src flow.Publisher[T], n int64, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Skip: nil source")
	stage.Require(n >= 0, "operators.Skip: negative count %d", n)
	return &skipOp[T]{stage.NewBlueprint("skip", src, opts), stage.Adapt(src), n}
}

type skipOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	n   int64
}

func (p *skipOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &skipStage[T]{left: p.n}
	s.more.Store(p.n)
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type skipStage[T any] struct {
	stage.Link[T, T]
	more atomic.Int64 // elements to ask for besides what is demanded
	left int64        // elements to skip
	in   stage.One[T]
}

func (s *skipStage[T]) OnSubscribe(sub flow.Subscription) { s.Join(sub, s) }

// Request passes demand up, and asks for what will be skipped.
func (s *skipStage[T]) Request(n int64) {
	s.Wanted(n)
	if n > 0 && s.more.Load() > 0 {
		n = demand.Sum(n, s.more.Swap(0))
	}
	s.Upstream().Request(n)
}

func (s *skipStage[T]) OnNext(v T) {
	if s.left > 0 {
		s.OnNextBatch(s.in.One(v))
		return
	}
	s.Next(v)
}

func (s *skipStage[T]) OnNextBatch(vs []T) {
	n := min(int64(len(vs)), s.left)
	s.left -= n
	s.Let(vs[:n], flow.Filtered)
	s.Batch(vs[n:])
}
