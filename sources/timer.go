package sources

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Timer emits 0 once, d after it is subscribed.
//
//	Timer(1s)      ----0|
//
// Demand: without one the element is held, and comes with the first request.
// Cold: each subscription has its own start.
//
// Buffer: none. There is no timer while nothing is demanded.
//
// Errors: none of its own.
//
// Ends: completes with the element; without it when the graph drains. If d is
// not positive, the element comes with the first request.
func Timer(d time.Duration, opts ...Option) flow.Publisher[int64] {
	return &timerSource{stage.NewBlueprint("timer", nil, opts), d}
}

type timerSource struct {
	stage.Blueprint
	d time.Duration
}

func (p *timerSource) Subscribe(ctx context.Context, down flow.Subscriber[int64]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &timerSubscription{at: stage.Later(flow.Now(), max(0, p.d))}
	s.Begin(ctx, p.Node(), down, s)
}

type timerSubscription struct {
	stage.Source[int64]
	due stage.Deadline
	at  int64
}

func (s *timerSubscription) Produce(n int) (emitted int, p stage.Progress, err error) {
	if n == 0 {
		return 0, stage.Wait, nil
	}
	if now := flow.Now(); now < s.at {
		s.due.Set(&s.Handle, s.at, now)
		return 0, stage.Wait, nil
	}
	s.Next(0)
	return 1, stage.Last, nil
}

func (s *timerSubscription) Stop() { s.due.Stop() }
