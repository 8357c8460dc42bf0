package sources

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// Ticker emits the number of each tick: 0 one period after it is subscribed,
// 1 after two periods, and so on, without drift.
//
//	Ticker(1s)     ----0----1----2----4----5--      no demand at tick 3
//
// Demand: a tick for which there is none is left out, and so is its number.
// Ticks do not queue: of several that fall due while the reader's own work
// holds the stage up, only the last is emitted. Those left out are counted as
// [flow.DroppedNew]. With [WithFixedDelay] none is left out. Cold: each
// subscription has its own start.
//
// Buffer: none. There is no timer while nothing is demanded.
//
// Errors: none of its own.
//
// Ends: completes when the graph drains, else never. Panics if period is not
// positive.
func Ticker(period time.Duration, opts ...Option) flow.Publisher[int64] {
	stage.Require(period > 0, "sources.Ticker: period %v, must be positive", period)
	return &tickerSource{stage.NewBlueprint("ticker", nil, opts), period, stage.Configure(opts).FixedDelay}
}

// WithFixedDelay lets a [Ticker] count each period from when its reader has
// taken the last tick and worked on it, so that there is that much time between
// two of them. A tick for which there is no demand waits for it; all numbers
// come.
func WithFixedDelay() Option { return func(c *stage.Config) { c.FixedDelay = true } }

type tickerSource struct {
	stage.Blueprint
	period time.Duration
	delay  bool // from one tick to the next
}

func (p *tickerSource) Subscribe(ctx context.Context, down flow.Subscriber[int64]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &tickerSubscription{start: flow.Now(), period: p.period, delay: p.delay}
	s.Begin(ctx, p.Node(), down, s, s)
}

type tickerSubscription struct {
	stage.Core[int64]
	out    stage.One[int64]
	due    stage.Deadline
	start  int64 // of the first period; of the present one with delay
	period time.Duration
	delay  bool
	next   int64        // the first tick that was neither emitted nor left out
	asked  atomic.Int64 // moment since which there is demand
}

// Request adds demand. A tick that was before it has none.
func (s *tickerSubscription) Request(n int64) {
	if s.Demand() == 0 {
		s.asked.Store(flow.Now()) // before the demand is seen
	}
	s.Core.Request(n)
}

// Run emits the tick that is due.
func (s *tickerSubscription) Run(int) (emitted int, again bool) {
	switch {
	case s.Interrupted():
		return 0, false
	case s.Events()&scheduler.Draining != 0:
		s.Abandon(flow.Cancelled)
		s.End(nil)
		return 0, false
	case s.Demand() == 0:
		return 0, false
	case s.delay:
		return s.delayed(), false
	}
	s.miss()
	if n := s.until(flow.Now()) - s.next; n > 0 {
		s.skip(n - 1)
		s.tick()
		emitted = 1
	}
	if s.Interrupted() || s.Demand() == 0 {
		return emitted, false
	}
	now := flow.Now() // what is below may have taken its time
	if s.until(now) > s.next {
		return emitted, true
	}
	s.due.Set(&s.Handle, stage.Later(s.start+s.next*int64(s.period), s.period), now)
	return emitted, false
}

// delayed emits the tick that is due, and begins the next period when that has
// been worked on.
func (s *tickerSubscription) delayed() (emitted int) {
	if flow.Now() >= stage.Later(s.start, s.period) {
		s.tick()
		s.start = flow.Now()
		emitted = 1
	}
	if !s.Interrupted() && s.Demand() > 0 {
		s.due.Set(&s.Handle, stage.Later(s.start, s.period), flow.Now())
	}
	return emitted
}

// tick emits the next number.
func (s *tickerSubscription) tick() {
	s.next++
	s.Emit(s.out.One(s.next - 1))
}

// until returns how many ticks there have been up to a moment.
func (s *tickerSubscription) until(now int64) int64 { return (now - s.start) / int64(s.period) }

// miss leaves out the ticks that had no demand.
func (s *tickerSubscription) miss() {
	if s.delay {
		return
	}
	until := flow.Now()
	if s.Demand() > 0 {
		until = s.asked.Load() - 1
	}
	s.skip(max(0, s.until(until)-s.next))
}

func (s *tickerSubscription) skip(n int64) {
	s.next += n
	s.Lost(flow.DroppedNew, n)
}

// Abandon stops the timer and counts the last ticks.
func (s *tickerSubscription) Abandon(flow.Reason) {
	s.miss()
	s.due.Stop()
}
