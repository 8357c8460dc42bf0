package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Materialize emits a [Signal] for each element of src, and one more for its
// end, be that completion or an error. [Dematerialize] is the way back.
//
//	source         --1--2--X
//	Materialize
//	result         --1--2--(failed)|
//
// Demand: passed up as it is. The signal of the end needs demand, too.
//
// Buffer: none.
//
// Errors: none of src; they are signals. The end of the context is not an error
// of src and is passed on.
//
// Ends: completes after the signal of the end, also while its graph drains.
func Materialize[T any](src flow.Publisher[T], opts ...Option) flow.Publisher[Signal[T]] {
	stage.Require(src != nil, "operators.Materialize: nil source")
	signals := Map(src, func(v T) Signal[T] { return Signal[T]{Value: v} })
	return &materializeOp[T]{stage.NewBlueprint("materialize", signals, opts), signals}
}

type materializeOp[T any] struct {
	stage.Blueprint
	signals flow.Publisher[Signal[T]]
}

func (p *materializeOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[Signal[T]]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &materializeStage[T]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type materializeStage[T any] struct {
	stage.Relay[Signal[T]]
	plan *materializeOp[T]
	step int // publishers subscribed to
}

// After goes on with the signal of the end.
func (s *materializeStage[T]) After(err error) (flow.Publisher[Signal[T]], stage.Progress, error) {
	s.step++
	switch s.step {
	case 1:
		return s.plan.signals, stage.More, nil
	case 2:
		s.Dynamic()
		return newValues([]Signal[T]{{Err: err, Completed: err == nil}}), stage.More, nil
	}
	return nil, stage.Last, err
}
