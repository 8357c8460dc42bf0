package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ThrottleLatest emits an element at once if none was emitted for the time d,
// and else the newest one when that time has passed. Those before it are let go
// of as [flow.Replaced].
//
//	source         -1-2-3-----4-------5|
//	ThrottleLatest(4 columns)
//	result         -1---3-----4-------5|
//
// Demand: unbounded, at once. An element for which there is none is kept until
// there is, or a newer one comes; d counts from when it is emitted.
//
// Buffer: one element.
//
// Errors: passes upstream's on at once, and lets go of the element that it
// holds.
//
// Ends: completes when upstream does. An element that waits for its time then
// is let go of as [flow.Replaced], or emitted with [WithLast]. Panics if d is
// not positive.
//
// An element that comes exactly when another one is due replaces it.
func ThrottleLatest[T any](src flow.Publisher[T], d time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.ThrottleLatest: nil source")
	stage.Require(d > 0, "operators.ThrottleLatest: time %v, must be positive", d)
	p := &throttleLatestOp[T]{stage.NewBlueprint("throttlelatest", src, opts), stage.Adapt(src), d, stage.Configure(opts).Last}
	p.Node().Capacity = 1
	return p
}

type throttleLatestOp[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	d    time.Duration
	last bool
}

func (p *throttleLatestOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &throttleLatestStage[T]{plan: p}
	s.Open(ctx, p.Node(), p.src, down, s)
}

type throttleLatestStage[T any] struct {
	stage.Newest[T]
	plan  *throttleLatestOp[T]
	in    stage.One[T]
	shut  bool  // an element has been emitted
	until int64 // and others wait for this moment
}

func (s *throttleLatestStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

// OnNextBatch emits the first element if nothing waits.
func (s *throttleLatestStage[T]) OnNextBatch(vs []T) {
	if s.Full() || s.Demand() == 0 || s.Over() || s.Closed() || s.Stopped() || (s.shut && flow.Now() < s.until) {
		s.Newest.OnNextBatch(vs)
		return
	}
	s.Received(1)
	s.Given()
	if len(vs) > 1 {
		defer s.Newest.OnNextBatch(vs[1:]) // also if the code below does not return
	}
	s.Emit(vs[:1])
}

// Given implements stage.Timing's notice: others wait from now on.
func (s *throttleLatestStage[T]) Given() {
	s.shut, s.until = true, stage.Later(flow.Now(), s.plan.d)
}

// When implements [stage.Timing].
func (s *throttleLatestStage[T]) When(now int64, _ bool) int64 {
	if !s.shut {
		return now
	}
	return max(now, s.until)
}

// Last implements [stage.Timing].
func (s *throttleLatestStage[T]) Last() bool { return s.plan.last }
