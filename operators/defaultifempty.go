package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// DefaultIfEmpty emits the elements of src, and value if src completes without
// any. value is shared by all subscriptions.
//
//	source         -----|
//	DefaultIfEmpty(8)
//	result         -----8|
//
// Demand: passed up as it is. value needs demand, too.
//
// Buffer: none.
//
// Errors: passes those of src on; value is not emitted then.
//
// Ends: completes when src does, or after value.
func DefaultIfEmpty[T any](src flow.Publisher[T], value T, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.DefaultIfEmpty: nil source")
	return newIfEmpty("defaultifempty", src, flow.Publisher[T](newValues([]T{value})), opts)
}

// SwitchIfEmpty emits the elements of src, and those of fallback if src
// completes without any. fallback is not subscribed before that.
//
//	source         -----|
//	fallback            --8--9--|
//	SwitchIfEmpty(fallback)
//	result         -------8--9--|
//
// Demand: passed up as it is; all of it is then asked of fallback.
//
// Buffer: none.
//
// Errors: passes those of src on, without a look at fallback, and those of
// fallback.
//
// Ends: completes when src does, or fallback.
func SwitchIfEmpty[T any](src, fallback flow.Publisher[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.SwitchIfEmpty: nil source")
	stage.Require(fallback != nil, "operators.SwitchIfEmpty: nil fallback")
	return newIfEmpty("switchifempty", src, fallback, opts)
}

type ifEmptyOp[T any] struct {
	stage.Blueprint
	src, fallback flow.Publisher[T]
}

func newIfEmpty[T any](kind string, src, fallback flow.Publisher[T], opts []Option) flow.Publisher[T] {
	p := &ifEmptyOp[T]{stage.NewBlueprint(kind, src, opts), stage.Adapt(src), stage.Adapt(fallback)}
	p.Node().More = &flow.NodeList{flow.NodeOf(fallback)}
	return p
}

func (p *ifEmptyOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &ifEmptyStage[T]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type ifEmptyStage[T any] struct {
	stage.Relay[T]
	plan *ifEmptyOp[T]
	step int // publishers subscribed to
}

// After goes on with the fallback.
func (s *ifEmptyStage[T]) After(err error) (flow.Publisher[T], stage.Progress, error) {
	s.step++
	switch {
	case s.step == 1:
		return s.plan.src, stage.More, nil
	case err != nil || s.step > 2 || s.Some():
		return nil, stage.Last, err
	}
	return s.plan.fallback, stage.More, nil
}
