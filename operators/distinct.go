package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Distinct emits the elements that are not among the capacity different ones
// seen last. An element that is seen again counts as seen last, so one that
// keeps coming is emitted once.
//
//	source         --1--2--1--3--1--2--|
//	Distinct(2)
//	result         --1--2-----3-----2--|
//
// Demand: passed up, plus one for each element that was not emitted.
//
// Buffer: none. It remembers at most capacity elements.
//
// Errors: passes upstream's on.
//
// Ends: completes when upstream does. Panics if capacity is less than 1.
func Distinct[T comparable](src flow.Publisher[T], capacity int, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Distinct: nil source")
	stage.Require(capacity > 0, "operators.Distinct: capacity %d, must be at least 1", capacity)
	return &distinctOp[T, T]{stage.NewBlueprint("distinct", src, opts), stage.Adapt(src), capacity, itself[T]}
}

// DistinctBy emits the elements whose key is not among the capacity different
// ones seen last. A key that is seen again counts as seen last, so of one that
// keeps coming the first element is emitted.
//
//	source         --a1--b1--a2--c1--b2--|
//	DistinctBy(2, letter)
//	result         --a1--b1------c1--b2--|
//
// Demand: passed up, plus one for each element that was not emitted.
//
// Buffer: none. It remembers at most capacity keys.
//
// Errors: passes upstream's on. A panic in key ends the stream with a
// [flow.PanicError], after the elements before it.
//
// Ends: completes when upstream does. Panics if capacity is less than 1.
func DistinctBy[T any, K comparable](src flow.Publisher[T], capacity int, key func(T) K, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.DistinctBy: nil source")
	stage.Require(capacity > 0, "operators.DistinctBy: capacity %d, must be at least 1", capacity)
	stage.Require(key != nil, "operators.DistinctBy: nil function")
	return &distinctOp[T, K]{stage.NewBlueprint("distinctby", src, opts), stage.Adapt(src), capacity, key}
}

func itself[T any](v T) T { return v }

type distinctOp[T any, K comparable] struct {
	stage.Blueprint
	src      flow.Publisher[T]
	capacity int
	key      func(T) K
}

func (p *distinctOp[T, K]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	d := &distinctKeys[T, K]{key: p.key, seen: recentKeys[K]{capacity: p.capacity}}
	s := &filterStage[T]{keep: d.keep}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// distinctKeys is the predicate of one subscription.
type distinctKeys[T any, K comparable] struct {
	key  func(T) K
	seen recentKeys[K]
}

func (d *distinctKeys[T, K]) keep(v T) bool { return !d.seen.see(d.key(v)) }
