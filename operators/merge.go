package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Merge emits the elements of all sources as they come. Elements of one source
// keep their order. The sources run on one island; put an [Async] behind one
// that is to have its own.
//
//	a              --1-----3--|
//	b              ----2-----4--|
//	Merge(16, a, b)
//	result         --1-2---3-4--|
//
// Demand: requests capacity elements of each source at once, and again what
// has been handed on when that is three quarters of it.
//
// Buffer: at most capacity elements for each source, while there is no demand.
//
// Errors: the first error of a source cancels the others and is passed on
// after the elements before it.
//
// Ends: completes when all sources have; at once if there is none. Panics if
// capacity is less than 1.
func Merge[T any](capacity int, srcs ...flow.Publisher[T]) flow.Publisher[T] {
	stage.Require(capacity > 0, "operators.Merge: capacity %d, must be at least 1", capacity)
	p := &mergeOp[T]{Blueprint: stage.NewBlueprint("merge", nil, nil), capacity: capacity}
	var nodes flow.NodeList
	for i, src := range srcs {
		stage.Require(src != nil, "operators.Merge: nil source %d", i)
		p.srcs = append(p.srcs, stage.Adapt(src))
		nodes = append(nodes, flow.NodeOf(src))
	}
	p.Node().More = &nodes
	p.Node().Capacity = int64(capacity) * int64(len(srcs))
	return p
}

type mergeOp[T any] struct {
	stage.Blueprint
	capacity int
	srcs     []flow.Publisher[T]
}

func (p *mergeOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &mergeStage[T]{plan: p}
	s.Begin(ctx, p.Node(), down, s, p.capacity, true)
}

// mergeStage is the head that all sources emit into.
type mergeStage[T any] struct {
	stage.Fanin[T]
	plan *mergeOp[T]
}

// Open subscribes to the sources in the first pass, so that everything happens
// on the island.
func (s *mergeStage[T]) Open() {
	for _, src := range s.plan.srcs {
		stage.Subscribe(s.Context(), src, s.Add(), s.Meter())
	}
	s.Last()
}

// Done does nothing: the stream ends with the last source.
func (*mergeStage[T]) Done() {}

// Sever does nothing: there is nothing but the sources.
func (*mergeStage[T]) Sever() {}
