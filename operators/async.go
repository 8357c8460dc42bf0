package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Async emits the elements of src unchanged, and lets everything above it run
// concurrently with everything below: it is a boundary between two islands.
//
//	source         --1--2--3-----|
//	Async(256)
//	result         ---1--2---3---|
//
// Demand: requests capacity at once, and again what has been handed on when
// that is three quarters of it.
//
// Buffer: at most capacity elements. Memory is allocated with the first.
//
// Errors: passes upstream's on after the elements before it; the end of the
// context overtakes them.
//
// Ends: completes when upstream has and the buffer is empty. Panics if
// capacity is less than 1.
func Async[T any](src flow.Publisher[T], capacity int, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Async: nil source")
	stage.Require(capacity > 0, "operators.Async: capacity %d, must be at least 1", capacity)
	p := &asyncOp[T]{stage.NewBlueprint("async", src, opts), stage.Adapt(src)}
	p.Node().Capacity = int64(capacity)
	p.Node().Boundary = true
	return p
}

type asyncOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
}

func (p *asyncOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	new(stage.Boundary[T]).Open(ctx, p.Node(), p.src, down, int(p.Node().Capacity), false)
}
