package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ExhaustMap emits, for an element v, the elements of the publisher f(v).
// Elements that come before that has completed are dropped.
//
//	source         --a-----b-------c---|
//	f(a)             -1---2---3-|
//	f(c)                           -4-|
//	ExhaustMap(f)
//	result         ---1---2---3------4-|
//
// Demand: passed to the present publisher as it is; what that has not used is
// asked of the next. Upstream is asked for one element, and for the next as
// soon as that has come to f or was dropped, whether anything is demanded or
// not.
//
// Buffer: one element of upstream at most, for a moment. What the publishers
// hold is theirs, so the capacity of the stage is not known.
//
// Errors: an error of the present publisher ends the stream and cancels
// upstream; an error of upstream ends it at once and cancels the present
// publisher. A panic in f, or a nil publisher, ends the stream with an error
// that names the stage.
//
// Ends: completes when upstream and the last publisher have.
func ExhaustMap[In, Out any](src flow.Publisher[In], f func(In) flow.Publisher[Out], opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.ExhaustMap: nil source")
	stage.Require(f != nil, "operators.ExhaustMap: nil function")
	return newSwitchMap("exhaustmap", src, f, true, opts)
}
