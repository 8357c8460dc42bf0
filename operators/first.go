package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// First emits the first element and completes; without one if there is none. It
// is [Take] of one. Put [ErrorIfEmpty] or [DefaultIfEmpty] behind it where there
// must be one.
//
//	source         --1--2--3--|
//	First
//	result         --1|
//
// Demand: one element.
//
// Buffer: none.
//
// Errors: passes upstream's on.
//
// Ends: completes with the first element and cancels upstream, or when upstream
// completes.
func First[T any](src flow.Publisher[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.First: nil source")
	return &takeOp[T]{stage.NewBlueprint("first", src, opts), stage.Adapt(src), 1}
}
