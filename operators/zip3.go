package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Zip3 emits combine(v, w, x) for the first elements of a, b and c, for the
// second ones, and so on. It is a [Zip2] of a Zip2 of a and b with c.
//
//	a              --1-----2--3--|
//	b              ----x--y-|
//	c              -p---q---r--|
//	Zip3(a, b, c, join)
//	result         ----1xp-2yq|
//
// Demand: requests of each source what is demanded, as Zip2 does.
//
// Buffer: at most 256 elements of each source that wait for those of others.
//
// Errors: the first error of a source cancels the others and is passed on at
// once; elements without a partner are let go. A panic in combine ends the
// stream with a [flow.PanicError], after the elements before it.
//
// Ends: completes when a source has and none of its elements waits, and cancels
// the others.
func Zip3[A, B, C, R any](a flow.Publisher[A], b flow.Publisher[B], c flow.Publisher[C], combine func(A, B, C) R, opts ...Option) flow.Publisher[R] {
	stage.Require(a != nil, "operators.Zip3: nil source 0")
	stage.Require(b != nil, "operators.Zip3: nil source 1")
	stage.Require(c != nil, "operators.Zip3: nil source 2")
	stage.Require(combine != nil, "operators.Zip3: nil function")
	pairs := Zip2(a, b, func(v A, w B) zipPair[A, B] { return zipPair[A, B]{v, w} })
	return Zip2(pairs, c, func(p zipPair[A, B], x C) R { return combine(p.v, p.w, x) }, opts...)
}

// zipPair is an element between the two stages of a [Zip3].
type zipPair[A, B any] struct {
	v A
	w B
}

// Release tells both parts.
func (p zipPair[A, B]) Release(reason flow.Reason) {
	stage.Tell(flow.ReleaseFunc[A](), []A{p.v}, reason)
	stage.Tell(flow.ReleaseFunc[B](), []B{p.w}, reason)
}
