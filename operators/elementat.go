package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ElementAt emits the element with the number index, where the first one has
// the number 0, and completes; without one if there are not so many. It is
// [First] behind a [Skip]. Put [ErrorIfEmpty] or [DefaultIfEmpty] behind it
// where there must be one.
//
//	source         --a--b--c--|
//	ElementAt(1)
//	result         -----b|
//
// Demand: index+1 elements.
//
// Buffer: none.
//
// Errors: passes upstream's on.
//
// Ends: completes with the element and cancels upstream, or when upstream
// completes. Panics if index is negative.
func ElementAt[T any](src flow.Publisher[T], index int64, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.ElementAt: nil source")
	stage.Require(index >= 0, "operators.ElementAt: negative index %d", index)
	return First(Skip(src, index), opts...)
}

// Find emits the first element for which match returns true and completes;
// without one if there is none. It is [First] behind a [Filter].
//
//	source         --1--2--3--4--|
//	Find(even)
//	result         -----2|
//
// Demand: one element at a time, until there is a match.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in match ends the stream with a
// [flow.PanicError].
//
// Ends: completes with the element and cancels upstream, or when upstream
// completes.
func Find[T any](src flow.Publisher[T], match func(T) bool, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Find: nil source")
	stage.Require(match != nil, "operators.Find: nil function")
	return First(Filter(src, match), opts...)
}
