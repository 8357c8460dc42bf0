package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// StartWith emits the values, and then the elements of src, which is
// subscribed when the last value has been emitted. The values are shared by all
// subscriptions.
//
//	source            --1--2--|
//	StartWith(8, 9)
//	result         8-9--1--2--|
//
// Demand: the values use it first; what they have not used is asked of src.
//
// Buffer: none.
//
// Errors: passes those of src on.
//
// Ends: completes when src does. While its graph drains, the values are still
// emitted. Where the subscriber leaves before the last value, src is subscribed
// and cancelled, so that one that waits for all its subscribers does not wait
// for this one.
func StartWith[T any](src flow.Publisher[T], values ...T) flow.Publisher[T] {
	stage.Require(src != nil, "operators.StartWith: nil source")
	return newSequence("startwith", flow.Publisher[T](newValues(values)), src)
}

// EndWith emits the elements of src, and when that has completed the values.
// They are shared by all subscriptions.
//
//	source         --1--2--|
//	EndWith(8, 9)
//	result         --1--2--8-9|
//
// Demand: passed up as it is; what src has not used is for the values.
//
// Buffer: none.
//
// Errors: passes those of src on; the values are not emitted then.
//
// Ends: completes with the last value. While its graph drains, the values are
// still emitted.
func EndWith[T any](src flow.Publisher[T], values ...T) flow.Publisher[T] {
	stage.Require(src != nil, "operators.EndWith: nil source")
	return newSequence("endwith", src, flow.Publisher[T](newValues(values)))
}

// sequenceOp emits one publisher after the other, also while its graph drains.
type sequenceOp[T any] struct {
	stage.Blueprint
	srcs []flow.Publisher[T]
}

func newSequence[T any](kind string, srcs ...flow.Publisher[T]) flow.Publisher[T] {
	p := &sequenceOp[T]{Blueprint: stage.NewBlueprint(kind, nil, nil)}
	var nodes flow.NodeList
	for _, src := range srcs {
		p.srcs = append(p.srcs, stage.Adapt(src))
		nodes = append(nodes, flow.NodeOf(src))
	}
	p.Node().More = &nodes
	return p
}

func (p *sequenceOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &sequenceStage[T]{rest: p.srcs}
	s.Begin(ctx, p.Node(), down, s)
}

type sequenceStage[T any] struct {
	stage.Relay[T]
	rest []flow.Publisher[T] // not yet subscribed
}

// After goes on with the next publisher.
func (s *sequenceStage[T]) After(err error) (next flow.Publisher[T], p stage.Progress, end error) {
	if err != nil || len(s.rest) == 0 {
		return nil, stage.Last, err
	}
	next, s.rest = s.rest[0], s.rest[1:]
	return next, stage.More, nil
}

// Abandon subscribes to what is left for nothing, see [stage.Decline].
func (s *sequenceStage[T]) Abandon(reason flow.Reason) {
	s.Relay.Abandon(reason)
	rest := s.rest
	s.rest = nil
	for _, src := range rest {
		err := s.Try(nil, func() error {
			stage.Decline(s.Context(), src)
			return nil
		})
		if err != nil {
			s.Outlet.Run().Undeliverable(err)
		}
	}
}
