package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Buffer emits the elements of src, and does with those for which it has no
// room what the strategy says. Everything above it runs concurrently with
// everything below, as with [Async].
//
//	source         --1-2-3-4-5-|
//	Buffer(2, flow.DropOldest)
//	result         --1-----4-5-|      with a slow reader
//
// Demand: with [flow.Block] that of [Async]; else unbounded, so that the source
// is never held up.
//
// Buffer: at most capacity elements; [flow.Latest] keeps one, so its capacity
// must be 1.
//
// Errors: passes upstream's on after the elements before it. With [flow.Fail]
// an element without room ends the stream with an error that wraps
// [flow.ErrOverflow], after the elements before it.
//
// Ends: completes when upstream has and the buffer is empty. Panics if
// capacity is less than 1 or the strategy is unknown.
func Buffer[T any](src flow.Publisher[T], capacity int, strategy flow.Overflow, opts ...Option) flow.Publisher[T] {
	return newBuffer("operators.Buffer", src, BufferConfig[T]{Capacity: capacity, Strategy: strategy}, opts)
}

type bufferOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	cfg BufferConfig[T]
}

func (p *bufferOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	if p.cfg.Strategy == flow.Block {
		new(stage.Boundary[T]).Open(ctx, p.Node(), p.src, down, p.cfg.Capacity, false)
		return
	}
	queue := &stage.Overflow[T]{OnDropped: p.cfg.OnDropped, TTL: p.cfg.TTL}
	queue.Open(ctx, p.Node(), p.src, down, p.cfg.Capacity, p.cfg.Strategy)
}
