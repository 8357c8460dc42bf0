package operators

import (
	"context"
	"errors"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Resume emits the elements of src. If src fails, it goes on with those of
// f(err), in place of the error.
//
//	source         --1--2--X
//	fallback                 --8--9--|
//	Resume(fallback)
//	result         --1--2------8--9--|
//
// Demand: passed up as it is; what src has not used is asked of the fallback.
//
// Buffer: none. What the fallback holds is its own, so the capacity of the
// stage is not known.
//
// Errors: that of the fallback, and that which f returns, named after the
// stage. If f panics, the [flow.PanicError] is joined with the error of src; a
// nil publisher ends the stream likewise. f gets every error of src, panics
// above among them; the end of the context is not an error of src and is
// passed on.
//
// Ends: completes when src or the fallback does.
func Resume[T any](src flow.Publisher[T], f func(err error) (flow.Publisher[T], error), opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Resume: nil source")
	stage.Require(f != nil, "operators.Resume: nil function")
	p := &resumeOp[T]{stage.NewBlueprint("resume", src, opts), stage.Adapt(src), f}
	p.Node().Capacity = flow.UnknownCapacity // the fallback may hold anything
	return p
}

type resumeOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	f   func(error) (flow.Publisher[T], error)
}

func (p *resumeOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &resumeStage[T]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type resumeStage[T any] struct {
	stage.Relay[T]
	plan *resumeOp[T]
	step int // publishers subscribed to
}

// After goes on with the fallback.
func (s *resumeStage[T]) After(err error) (next flow.Publisher[T], p stage.Progress, end error) {
	s.step++
	switch {
	case s.step == 1:
		return s.plan.src, stage.More, nil
	case err == nil || s.step > 2:
		return nil, stage.Last, err
	}
	s.Dynamic()
	end = s.Try(err, func() (failed error) {
		if next, failed = s.plan.f(err); next == nil && failed == nil {
			failed = errors.Join(stage.ErrNilPublisher, err)
		}
		return failed
	})
	if end != nil {
		next = nil
	}
	return next, stage.Last, end
}
