package operators

import (
	"fmt"
	"iter"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Where an element waits for demand or for a subscriber, the stage looks after
// a while whether that can come: see stage.Starved. It looks again after twice
// that time, since what is on its way below dies away without telling.
const (
	firstLook = time.Millisecond
	lastLook  = time.Hour
	// groupGrace is how long a group may be without a subscriber when
	// everything waits for it.
	groupGrace = 5 * time.Second
)

// groupPoll says when to look.
type groupPoll struct {
	alarm stage.Alarm
	wait  time.Duration
	since time.Time // when the element began to wait
	armed bool
}

// reset starts from the beginning, since something has moved.
func (p *groupPoll) reset() {
	p.wait = firstLook
	if p.armed {
		p.armed = false
		p.alarm.Stop()
	}
}

// watch looks whether the element that waits can ever be placed.
func (s *groupByStage[T, K]) watch() {
	if len(s.waiting) == 0 || s.Closed() || s.cramped && s.ending > 0 || s.full != nil && s.full.joined {
		return
	}
	p := &s.poll
	if p.armed && p.alarm.Rang() {
		p.armed = false
		p.wait *= 2
		if err := s.stalled(); err != nil {
			s.fail(s.UserError(err))
			return
		}
	}
	if !p.armed && p.wait <= lastLook {
		if p.wait == firstLook {
			p.since = time.Now()
		}
		p.armed = true
		p.alarm.Set(&s.Handle, p.wait)
	}
}

// stalled returns an error if nothing can move any more.
func (s *groupByStage[T, K]) stalled() error {
	switch {
	case s.cramped && time.Since(s.poll.since) >= groupGrace:
		return fmt.Errorf("%w: an element needs a group for the key %v, and of the %d that may be none has had a subscriber for %v; "+
			"subscribe to each group, or release it", flow.ErrGroupStalled, s.next, s.count, groupGrace)
	case s.full == nil && s.plan.idle == 0 && s.Demand() == 0 && stage.Starved(&s.Outlet, s.queues(), false):
		return fmt.Errorf("%w: an element needs a group for the key %v, but all streams below read groups that are open, %d of them, "+
			"and ask for another one when one of those ends; let FlatMap read more than that at once",
			flow.ErrGroupStalled, s.next, s.count)
	case s.full != nil && !s.taken(s.full) && time.Since(s.poll.since) >= groupGrace+s.plan.idle && stage.Starved(&s.Outlet, s.queues(), true):
		return fmt.Errorf("%w: the group of the key %v is full and has had no subscriber for %v; "+
			"subscribe to each group, or release it", flow.ErrGroupStalled, s.full.key, groupGrace)
	}
	return nil
}

// queues are those of the groups that are open.
func (s *groupByStage[T, K]) queues() iter.Seq[stage.Queue] {
	return func(yield func(stage.Queue) bool) {
		for l := s.oldest; l != nil; l = l.follow {
			if l.joined && !yield(l.queue) {
				return
			}
		}
	}
}

// taken reports whether somebody has begun to subscribe to the group.
func (s *groupByStage[T, K]) taken(l *groupLine[T, K]) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return l.taken
}
