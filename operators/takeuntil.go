package operators

import (
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
	return &takeWhileOp[T]{stage.NewBlueprint("takeuntil", src, opts), stage.Adapt(src), last, true}
}
