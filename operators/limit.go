package operators

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Limit emits the elements of a stream that must not have more than n: one more
// is an error. It is a guard; [Take] cuts a stream short.
//
//	source         --1--2--3--4--|
//	Limit(2)
//	result         --1--2--X
//
// Demand: passed up as it is. Whether there is an element n+1 is known when
// that is demanded.
//
// Buffer: none.
//
// Errors: passes upstream's on. Element n+1 cancels upstream and ends the stream
// with an error that wraps [flow.ErrLimitExceeded], after the elements before
// it.
//
// Ends: completes when upstream does. Panics if n is negative.
func Limit[T any](src flow.Publisher[T], n int64, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Limit: nil source")
	stage.Require(n >= 0, "operators.Limit: negative count %d", n)
	return &limitOp[T]{stage.NewBlueprint("limit", src, opts), stage.Adapt(src), n}
}

type limitOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	n   int64
}

func (p *limitOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &limitStage[T]{n: p.n, left: p.n}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type limitStage[T any] struct {
	stage.Link[T, T]
	n    int64
	left int64 // elements that may come
	in   stage.One[T]
}

// Transparent implements [stage.Transparent].
func (*limitStage[T]) Transparent() {}

func (s *limitStage[T]) OnNext(v T) {
	if s.left == 0 {
		s.OnNextBatch(s.in.One(v))
		return
	}
	s.left--
	s.Next(v)
}

func (s *limitStage[T]) OnNextBatch(vs []T) {
	if s.Done() {
		s.Discard(vs)
		return
	}
	n := int(min(int64(len(vs)), s.left))
	s.left -= int64(n)
	if n == len(vs) {
		s.Batch(vs)
		return
	}
	err := fmt.Errorf("%w: more than %d elements", flow.ErrLimitExceeded, s.n)
	s.FailFrom(vs[:n], vs[n:], &flow.StageError{Stage: s.Name(), Err: err})
}
