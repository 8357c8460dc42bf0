package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// JoinWithin emits combine(v, w) for each v of a and w of b that have the same
// key and arrive at most window apart: when the later of the two arrives, and
// with the partners of an element in the order in which they have come. combine
// and the key functions only look at elements: they are used again.
//
//	a              --1x-------2x-----|
//	b              ----3x-------4y-5x|
//	JoinWithin(a, b, 4 columns, 8, letter, letter, join)
//	result         ----13x---------25x|
//
// An element that arrives in the very moment in which another becomes too old
// still finds it.
//
// Demand: pairs are made as they are demanded; elements without a partner are
// looked at before. Requests capacity elements of each source at once, and again
// what has been let go when that is three quarters of what there is room for: a
// source is not asked while its side is full.
//
// Buffer: at most capacity elements of each source: those that wait for demand,
// and those that may still find a partner, which leave when they are too old, or
// when the other source has completed.
//
// Errors: the first error of a source cancels the other and is passed on after
// the pairs of the elements before it. A panic in combine or in a key function
// ends the stream with a [flow.PanicError], after the pairs before it.
//
// Ends: completes when both sources have, or when one has and none of its
// elements can find a partner any more, and cancels the other. Panics if window
// is negative, or capacity less than 1.
func JoinWithin[A, B any, K comparable, R any](a flow.Publisher[A], b flow.Publisher[B], window time.Duration, capacity int, keyA func(A) K, keyB func(B) K, combine func(A, B) R, opts ...Option) flow.Publisher[R] {
	stage.Require(a != nil, "operators.JoinWithin: nil source 0")
	stage.Require(b != nil, "operators.JoinWithin: nil source 1")
	stage.Require(window >= 0, "operators.JoinWithin: negative window %v", window)
	stage.Require(capacity > 0, "operators.JoinWithin: capacity %d, must be at least 1", capacity)
	stage.Require(keyA != nil, "operators.JoinWithin: nil key function 0")
	stage.Require(keyB != nil, "operators.JoinWithin: nil key function 1")
	stage.Require(combine != nil, "operators.JoinWithin: nil function")
	p := &joinOp[A, B, K, R]{
		stage.NewBlueprint("joinwithin", nil, opts), stage.Adapt(a), stage.Adapt(b), window, capacity, keyA, keyB, combine,
	}
	p.Node().More = &flow.NodeList{flow.NodeOf(a), flow.NodeOf(b)}
	p.Node().Capacity = 2 * int64(capacity)
	return p
}

type joinOp[A, B any, K comparable, R any] struct {
	stage.Blueprint
	a        flow.Publisher[A]
	b        flow.Publisher[B]
	window   time.Duration
	capacity int
	keyA     func(A) K
	keyB     func(B) K
	combine  func(A, B) R
}

func (p *joinOp[A, B, K, R]) Subscribe(ctx context.Context, down flow.Subscriber[R]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &joinStage[A, B, K, R]{plan: p}
	s.a = joinSide[A, K]{key: p.keyA, window: p.window}
	s.b = joinSide[B, K]{key: p.keyB, window: p.window}
	s.a.Init(s, 0)
	s.b.Init(s, 1)
	s.InOrder()
	s.Begin(ctx, p.Node(), down, s)
}
