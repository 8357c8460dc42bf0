package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Concat emits the elements of its sources, those of the first one first. A
// source is subscribed when the one before it has completed.
//
//	a              --1--2--|
//	b                       --3--4--|
//	Concat(a, b)
//	result         --1--2-----3--4--|
//
// Demand: passed up as it is; what a source has not used is asked of the next.
//
// Buffer: none.
//
// Errors: the first error of a source is passed on; the sources behind it are
// not subscribed.
//
// Ends: completes when the last source has; at once if there is none. While
// its graph drains, no further source is subscribed.
func Concat[T any](srcs ...flow.Publisher[T]) flow.Publisher[T] {
	p := &concatOp[T]{Blueprint: stage.NewBlueprint("concat", nil, nil)}
	var nodes flow.NodeList
	for i, src := range srcs {
		stage.Require(src != nil, "operators.Concat: nil source %d", i)
		p.srcs = append(p.srcs, stage.Adapt(src))
		nodes = append(nodes, flow.NodeOf(src))
	}
	p.Node().More = &nodes
	return p
}

type concatOp[T any] struct {
	stage.Blueprint
	srcs []flow.Publisher[T]
}

func (p *concatOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &concatStage[T]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type concatStage[T any] struct {
	stage.Relay[T]
	plan *concatOp[T]
	next int // source that is not yet subscribed
}

// After goes on with the next source.
func (s *concatStage[T]) After(err error) (flow.Publisher[T], stage.Progress, error) {
	all := s.plan.srcs
	if err != nil || s.next == len(all) || s.next > 0 && s.Draining() {
		return nil, stage.Last, err
	}
	s.next++
	return all[s.next-1], stage.More, nil
}
