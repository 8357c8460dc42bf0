package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// DelaySubscription subscribes to src the time d after it was subscribed
// itself, and emits its elements as they come.
//
//	DelaySubscription(4 columns)
//	source         ----1-2-3-|
//	result         ----1-2-3-|
//
// Demand: kept until src has been subscribed, and then passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on.
//
// Ends: completes when upstream does. A drain ends the wait, and src is
// subscribed. Panics if d is negative.
//
// A subscriber that leaves during the wait has src subscribed and cancelled at
// once: something above, such as a [Broadcast], may wait for all of its
// subscribers.
func DelaySubscription[T any](src flow.Publisher[T], d time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.DelaySubscription: nil source")
	stage.Require(d >= 0, "operators.DelaySubscription: negative time %v", d)
	return &delaySubscriptionOp[T]{stage.NewBlueprint("delaysubscription", src, opts), stage.Adapt(src), d}
}

type delaySubscriptionOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	d   time.Duration
}

func (p *delaySubscriptionOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &delaySubscriptionStage[T]{plan: p, until: stage.Later(flow.Now(), p.d)}
	s.Begin(ctx, p.Node(), down, s)
}

type delaySubscriptionStage[T any] struct {
	stage.Relay[T]
	plan  *delaySubscriptionOp[T]
	until int64 // when the wait is over
	alarm stage.Alarm
	set   bool // the alarm is
	began bool // src has been subscribed
}

// After waits for the time, and subscribes.
func (s *delaySubscriptionStage[T]) After(err error) (flow.Publisher[T], stage.Progress, error) {
	now := flow.Now()
	switch {
	case s.began:
		return nil, stage.Last, err
	case now >= s.until || s.Draining() || s.Stopped():
		s.began = true
		s.alarm.Stop()
		return s.plan.src, stage.More, nil
	case !s.set:
		s.set = true
		s.alarm.Set(&s.Handle, time.Duration(s.until-now))
	}
	return nil, stage.Wait, nil
}

// Abandon stops the wait as well.
func (s *delaySubscriptionStage[T]) Abandon(reason flow.Reason) {
	s.Relay.Abandon(reason)
	s.alarm.Stop()
	if !s.began {
		s.began = true
		stage.Decline(s.Context(), s.plan.src)
	}
}
