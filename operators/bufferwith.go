package operators

import (
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// BufferConfig says what [BufferWith] does. Capacity and Strategy are as those
// of [Buffer].
type BufferConfig[T any] struct {
	Capacity int
	Strategy flow.Overflow
	// TTL is how old an element may become in the buffer, if it is not 0. One
	// that is older is not handed on; it leaves when another one comes, or is to
	// be handed on, and counts as [flow.DroppedOld]. It does not come to
	// OnDropped; it is released. [flow.Block] loses nothing, and cannot have one.
	TTL time.Duration
	// OnDropped is called with each element that the strategy drops, and why,
	// if it is not nil: one after another for each subscription, on the
	// goroutine that brings the elements, which it holds up. It consumes the
	// element: a [flow.Releaser] is not released besides. Elements that are
	// let go because the stream ends do not come here; they are released.
	//
	// A panic in it does not end the stream; it is reported as undeliverable.
	OnDropped func(v T, reason flow.Reason)
}

// BufferWith is [Buffer] with a callback that sees what is dropped, and a limit
// for how old an element may become in it.
//
//	source         --1-2-3-4-5-|
//	BufferWith(2, flow.DropOldest)
//	result         --1-----4-5-|      with a slow reader
//	OnDropped      ------2-3---
//
// Demand: with [flow.Block] that of [Async]; else unbounded, so that the source
// is never held up.
//
// Buffer: at most Capacity elements; [flow.Latest] keeps one, so its capacity
// must be 1.
//
// Errors: passes upstream's on after the elements before it. With [flow.Fail]
// an element without room ends the stream with an error that wraps
// [flow.ErrOverflow], after the elements before it.
//
// Ends: completes when upstream has and the buffer is empty. Panics if
// Capacity is less than 1, Strategy is unknown, or TTL is negative, or positive
// with [flow.Block].
func BufferWith[T any](src flow.Publisher[T], cfg BufferConfig[T], opts ...Option) flow.Publisher[T] {
	return newBuffer("operators.BufferWith", src, cfg, opts)
}

// newBuffer makes a buffer for the function that is named.
func newBuffer[T any](function string, src flow.Publisher[T], cfg BufferConfig[T], opts []Option) flow.Publisher[T] {
	stage.Require(src != nil, "%s: nil source", function)
	stage.RequireQueue(function, cfg.Capacity, cfg.Strategy)
	stage.Require(cfg.TTL >= 0, "%s: negative TTL %v", function, cfg.TTL)
	stage.Require(cfg.TTL == 0 || cfg.Strategy != flow.Block, "%s: TTL %v, flow.Block loses nothing", function, cfg.TTL)
	p := &bufferOp[T]{stage.NewBlueprint("buffer", src, opts), stage.Adapt(src), cfg}
	n := p.Node()
	n.Capacity, n.Boundary, n.Strategy = int64(cfg.Capacity), true, cfg.Strategy
	return p
}
