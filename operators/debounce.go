package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Debounce emits the newest element when none has come for the time quiet.
// Those before it are let go of as [flow.Replaced].
//
//	source         -1-2-3-------4------5|
//	Debounce(3 columns)
//	result         --------3-------4---5|
//
// Demand: unbounded, at once. An element for which there is none is kept until
// there is, or a newer one comes.
//
// Buffer: one element.
//
// Errors: passes upstream's on at once, and lets go of the element that it
// holds.
//
// Ends: completes when upstream does, after the element that it holds. Panics
// if quiet is not positive.
//
// With [WithMaxWait] an element is also emitted when the first one since the
// last emission came that long ago: else a source that never pauses is never
// heard. An element that comes exactly when another one is due replaces it.
func Debounce[T any](src flow.Publisher[T], quiet time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Debounce: nil source")
	stage.Require(quiet > 0, "operators.Debounce: quiet time %v, must be positive", quiet)
	p := &debounceOp[T]{stage.NewBlueprint("debounce", src, opts), stage.Adapt(src), quiet, stage.Configure(opts).MaxWait}
	p.Node().Capacity = 1
	return p
}

type debounceOp[T any] struct {
	stage.Blueprint
	src            flow.Publisher[T]
	quiet, maxWait time.Duration
}

func (p *debounceOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &debounceStage[T]{plan: p}
	s.Open(ctx, p.Node(), p.src, down, s)
}

type debounceStage[T any] struct {
	stage.Newest[T]
	plan  *debounceOp[T]
	limit int64 // when the elements that have come since the last emission are due
}

// When implements [stage.Timing].
func (s *debounceStage[T]) When(now int64, fresh bool) int64 {
	at := stage.Later(now, s.plan.quiet)
	if s.plan.maxWait == 0 {
		return at
	}
	if fresh {
		s.limit = stage.Later(now, s.plan.maxWait)
	}
	return min(at, s.limit)
}

// Last implements [stage.Timing].
func (*debounceStage[T]) Last() bool { return true }
