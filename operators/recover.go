package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Recover emits the elements of src. If src fails, it emits f(err) in place of
// the error, and completes.
//
//	source         --1--2--X
//	Recover(0)
//	result         --1--2--0|
//
// Demand: passed up as it is. The last element needs demand, too.
//
// Buffer: the last element, until it is demanded.
//
// Errors: that which f returns, named after the stage; it needs no demand. If f
// panics, the [flow.PanicError] is joined with the error of src. f gets every
// error of src, panics above among them; the end of the context is not an
// error of src and is passed on.
//
// Ends: completes when src does, or after the last element.
func Recover[T any](src flow.Publisher[T], f func(err error) (T, error), opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Recover: nil source")
	stage.Require(f != nil, "operators.Recover: nil function")
	p := &recoverOp[T]{stage.NewBlueprint("recover", src, opts), stage.Adapt(src), f}
	p.Node().Capacity = 1
	return p
}

type recoverOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	f   func(error) (T, error)
}

func (p *recoverOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &recoverStage[T]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type recoverStage[T any] struct {
	stage.Relay[T]
	plan    *recoverOp[T]
	started bool
	last    []T // the last element, until it is emitted
}

// After replaces an error by the last element.
func (s *recoverStage[T]) After(err error) (flow.Publisher[T], stage.Progress, error) {
	switch {
	case !s.started:
		s.started = true
		return s.plan.src, stage.More, nil
	case s.last != nil:
	case err == nil:
		return nil, stage.Last, nil
	default:
		if err := s.replace(err); err != nil {
			return nil, stage.Last, err
		}
	}
	if s.Demand() == 0 || s.Stopped() {
		return nil, stage.Wait, nil
	}
	last := s.last
	s.keep(nil)
	s.Emit(last)
	return nil, stage.Last, nil
}

// replace calls f.
func (s *recoverStage[T]) replace(err error) error {
	return s.Try(err, func() error {
		v, err := s.plan.f(err)
		if err == nil {
			s.Consumed(-1) // it came from f
			s.keep([]T{v})
		}
		return err
	})
}

func (s *recoverStage[T]) keep(last []T) {
	s.last = last
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(last)))
	}
}

// Abandon lets go of the last element as well.
func (s *recoverStage[T]) Abandon(reason flow.Reason) {
	s.Relay.Abandon(reason)
	s.Lose(s.last, reason)
	s.keep(nil)
}
