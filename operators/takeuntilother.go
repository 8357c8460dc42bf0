package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// TakeUntilOther emits the elements of src until other emits an element or
// completes. The two run on one island; other is subscribed first.
//
//	source         --1--2--3--4--|
//	other          ----------x
//	TakeUntilOther(other)
//	result         --1--2--3-|
//
// Demand: passed up to src as it is; one element of other.
//
// Buffer: none.
//
// Errors: the first error of src or other cancels the other one and is passed
// on.
//
// Ends: completes when src does, or with the first element or the completion of
// other. Both are cancelled where they have not ended.
func TakeUntilOther[T, N any](src flow.Publisher[T], other flow.Publisher[N], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.TakeUntilOther: nil source")
	stage.Require(other != nil, "operators.TakeUntilOther: nil other")
	p := &takeUntilOtherOp[T, N]{stage.NewBlueprint("takeuntilother", src, opts), stage.Adapt(src), stage.Adapt(other)}
	p.Node().More = &flow.NodeList{flow.NodeOf(other)}
	return p
}

type takeUntilOtherOp[T, N any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	other flow.Publisher[N]
}

func (p *takeUntilOtherOp[T, N]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &takeUntilOtherStage[T, N]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type takeUntilOtherStage[T, N any] struct {
	stage.Relay[T]
	plan  *takeUntilOtherOp[T, N]
	other notifier[N]
	began bool
}

// After begins, in the first pass, with other. Where the subscriber has left
// before, other is subscribed and cancelled, see [stage.Decline].
func (s *takeUntilOtherStage[T, N]) After(err error) (flow.Publisher[T], stage.Progress, error) {
	if s.began {
		return nil, stage.Last, err
	}
	s.began = true
	if s.Stopped() {
		s.other.Cancel()
	}
	if err := s.Try(nil, func() error {
		s.other.watch(s.Context(), s.plan.other, s)
		return nil
	}); err != nil {
		return nil, stage.Last, err
	}
	return s.plan.src, stage.More, nil
}

// Notified implements [notified].
func (s *takeUntilOtherStage[T, N]) Notified(err error) {
	if !s.Closed() && s.Events()&scheduler.Cancelled == 0 {
		s.Conclude(err)
	}
}

// Outside implements [notified].
func (s *takeUntilOtherStage[T, N]) Outside() *scheduler.Run { return s.Outlet.Run() }

// Cancel ends the stream in silence.
func (s *takeUntilOtherStage[T, N]) Cancel() {
	s.Relay.Cancel()
	s.other.Cancel()
}

// Abandon cancels both publishers.
func (s *takeUntilOtherStage[T, N]) Abandon(reason flow.Reason) {
	s.Relay.Abandon(reason)
	s.other.Cancel()
}
