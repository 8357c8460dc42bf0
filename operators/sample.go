package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Sample emits, once in each period, the newest element since the last time,
// if there is one. Those before it are let go of as [flow.Replaced].
//
//	source         -1-2---3-4-5-----------6|
//	Sample(4 columns)
//	result         ----2-------5----------|
//
// Demand: unbounded, at once. An element for which there is none is kept until
// there is; a newer one takes its place and waits for the end of its period.
//
// Buffer: one element.
//
// Errors: passes upstream's on at once, and lets go of the element that it
// holds.
//
// Ends: completes when upstream does. An element whose period has not ended
// then is let go of as [flow.Replaced], or emitted with [WithLast]. Panics if
// period is not positive.
//
// Periods count from the subscription, without drift. An element that comes
// exactly at the end of a period belongs to it.
func Sample[T any](src flow.Publisher[T], period time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Sample: nil source")
	stage.Require(period > 0, "operators.Sample: period %v, must be positive", period)
	p := &sampleOp[T]{stage.NewBlueprint("sample", src, opts), stage.Adapt(src), period, stage.Configure(opts).Last}
	p.Node().Capacity = 1
	return p
}

// WithLast lets [Sample] emit the element of the last period, which did not
// end, and [SampleOn] the one for which no element of the other stream came.
func WithLast() Option { return func(c *stage.Config) { c.Last = true } }

type sampleOp[T any] struct {
	stage.Blueprint
	src    flow.Publisher[T]
	period time.Duration
	last   bool
}

func (p *sampleOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &sampleStage[T]{plan: p, start: flow.Now()}
	s.Open(ctx, p.Node(), p.src, down, s)
}

type sampleStage[T any] struct {
	stage.Newest[T]
	plan  *sampleOp[T]
	start int64
}

// When implements [stage.Timing]: the end of the period, of which there is no
// more than one timer, and none while nothing comes.
func (s *sampleStage[T]) When(now int64, _ bool) int64 {
	period := int64(s.plan.period)
	ended := max(0, now-s.start-1) / period // before this moment
	return stage.Later(s.start+ended*period, s.plan.period)
}

// Last implements [stage.Timing].
func (s *sampleStage[T]) Last() bool { return s.plan.last }
