package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// DistinctUntilChanged emits the elements that differ from the one before.
//
//	source         --1--1--2--2--1--|
//	DistinctUntilChanged()
//	result         --1-----2-----1--|
//
// Demand: passed up, plus one for each element that was not emitted.
//
// Buffer: none. It remembers one element.
//
// Errors: passes upstream's on.
//
// Ends: completes when upstream does.
func DistinctUntilChanged[T comparable](src flow.Publisher[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.DistinctUntilChanged: nil source")
	return &changedOp[T, T]{stage.NewBlueprint("distinctuntilchanged", src, opts), stage.Adapt(src), itself[T]}
}

// DistinctUntilChangedBy emits the elements whose key differs from that of the
// one before.
//
//	source         --a1--a2--b1--a3--|
//	DistinctUntilChangedBy(letter)
//	result         --a1------b1--a3--|
//
// Demand: passed up, plus one for each element that was not emitted.
//
// Buffer: none. It remembers one key.
//
// Errors: passes upstream's on. A panic in key ends the stream with a
// [flow.PanicError], after the elements before it.
//
// Ends: completes when upstream does.
func DistinctUntilChangedBy[T any, K comparable](src flow.Publisher[T], key func(T) K, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.DistinctUntilChangedBy: nil source")
	stage.Require(key != nil, "operators.DistinctUntilChangedBy: nil function")
	return &changedOp[T, K]{stage.NewBlueprint("distinctuntilchangedby", src, opts), stage.Adapt(src), key}
}

type changedOp[T any, K comparable] struct {
	stage.Blueprint
	src flow.Publisher[T]
	key func(T) K
}

func (p *changedOp[T, K]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	c := &changedKeys[T, K]{key: p.key}
	s := &filterStage[T]{keep: c.keep}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// changedKeys is the predicate of one subscription.
type changedKeys[T any, K comparable] struct {
	key  func(T) K
	last K
	any  bool // there was one
}

func (c *changedKeys[T, K]) keep(v T) bool {
	k := c.key(v)
	if c.any && k == c.last {
		return false
	}
	c.last, c.any = k, true
	return true
}
