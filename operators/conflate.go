package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Conflate emits the elements of src, merged while the reader is not ready: an
// element that comes before the pending one has been handed on is merged into
// that, so that one element stands for all that came meanwhile. A reader that
// keeps up gets each element alone. Everything above it runs concurrently with
// everything below, as with [Async]; merge runs above.
//
//	source         --1-2-3-4-5-|
//	Conflate(+)
//	result         --1-----9-5-|      with a slow reader
//
// Demand: unbounded, so that the source is never held up.
//
// Buffer: one element. It is held until there is demand and the island below
// comes for it.
//
// Errors: passes upstream's on, after the pending element. A panic in merge
// ends the stream with a [flow.PanicError], after the pending element as it was
// before the call.
//
// Ends: completes when upstream has and nothing is pending.
func Conflate[T any](src flow.Publisher[T], merge func(pending, v T) T, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Conflate: nil source")
	stage.Require(merge != nil, "operators.Conflate: nil function")
	return newConflate(src, func(v T) T { return v }, merge, opts)
}

type conflateOp[T, S any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	seed  func(v T) S
	merge func(pending S, v T) S
}

func newConflate[T, S any](src flow.Publisher[T], seed func(T) S, merge func(S, T) S, opts []Option) flow.Publisher[S] {
	p := &conflateOp[T, S]{stage.NewBlueprint("conflate", src, opts), stage.Adapt(src), seed, merge}
	p.Node().Capacity, p.Node().Boundary = 1, true
	return p
}

func (p *conflateOp[T, S]) Subscribe(ctx context.Context, down flow.Subscriber[S]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	queue := &stage.Conflate[T, S]{Seed: p.seed, Merge: p.merge}
	queue.Open(ctx, p.Node(), p.src, down)
}
