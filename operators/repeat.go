package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Repeat emits the elements of src, and subscribes to src again when that has
// completed: times times in all, [flow.Unbounded] for ever.
//
//	source         --1--2--|
//	Repeat(2)
//	result         --1--2----1--2--|
//
// Demand: passed up as it is; what one round has not used is asked of the next.
// A round begins when the one before it has completed, whether something is
// demanded or not.
//
// Buffer: none.
//
// Errors: the first error of src is passed on; no further round begins.
//
// Ends: completes when the last round has; at once if times is 0, when upstream
// is subscribed and cancelled, so that one that waits for all its subscribers
// does not wait for this one. While its graph drains, no further round begins.
// Panics if times is negative.
func Repeat[T any](src flow.Publisher[T], times int64, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Repeat: nil source")
	stage.Require(times >= 0, "operators.Repeat: negative count %d", times)
	return &repeatOp[T]{stage.NewBlueprint("repeat", src, opts), stage.Adapt(src), times}
}

type repeatOp[T any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	times int64
}

func (p *repeatOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	if p.times == 0 {
		stage.Decline(ctx, p.src)
		stage.Complete(ctx, p.Node(), down)
		return
	}
	s := &repeatStage[T]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type repeatStage[T any] struct {
	stage.Relay[T]
	plan   *repeatOp[T]
	rounds int64 // that have begun
}

// After begins the next round.
func (s *repeatStage[T]) After(err error) (flow.Publisher[T], stage.Progress, error) {
	if err != nil || s.rounds == s.plan.times || s.rounds > 0 && s.Draining() {
		return nil, stage.Last, err
	}
	s.rounds++
	return s.plan.src, stage.More, nil
}
