package operators

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// WithMaxIdle lets a group of [GroupBy] complete when no element has come for
// it for the time d. The next element with its key opens another one. An
// element that comes in that very moment still belongs to the group.
//
// What the group holds then is still its subscriber's, and it counts as one of
// the groups that may be until that has been read. A group without a subscriber
// waits for one, and one for which an element waits is not idle.
func WithMaxIdle(d time.Duration) Option {
	stage.Require(d > 0, "operators.WithMaxIdle: time %v, must be positive", d)
	return func(c *stage.Config) { c.MaxIdle = d }
}

// WithEviction lets [GroupBy] complete the group that was used least recently,
// of those with a subscriber, when an element needs one more than there may be.
// The element waits until what that group holds has been read.
func WithEviction() Option { return func(c *stage.Config) { c.Evict = true } }

// early reports whether groups may end before upstream does, so that the open
// ones are kept in the order in which they were used.
func (s *groupByStage[T, K]) early() bool { return s.plan.idle > 0 || s.plan.evict }

// touch notes that a group has been used.
func (s *groupByStage[T, K]) touch(l *groupLine[T, K], now int64) {
	if !s.early() {
		return
	}
	l.last = now
	if l != s.newest {
		s.unlink(l)
		s.link(l)
	}
}

// makeRoom finds a place for one more group where there is none. It reports
// whether there is one now; where there is not, and no error, the element waits.
func (s *groupByStage[T, K]) makeRoom() (ok bool, err error) {
	s.settle()
	switch {
	case s.count+s.ending < s.plan.groups:
		return true, nil
	case s.ending == 0 && !s.plan.evict:
		return false, fmt.Errorf("%w: an element has the key %v, and the %d groups that may be are open; "+
			"allow more, or let their subscribers cancel", flow.ErrTooManyGroups, s.next, s.count)
	}
	s.cramped = true
	for l := s.oldest; l != nil && s.ending == 0; l = l.follow {
		if l.joined { // one that nobody reads would keep its place
			s.dismiss(l)
		}
	}
	return false, nil
}

// dismiss completes a group that has a subscriber. It keeps its place until its
// queue is empty.
func (s *groupByStage[T, K]) dismiss(l *groupLine[T, K]) {
	s.remove(l)
	s.ending++
	s.mu.Lock()
	l.ending = true
	s.mu.Unlock()
	l.end(nil)
}

// vacate gives the place of a dismissed group free, if there is nothing left of
// it.
func (s *groupByStage[T, K]) vacate(l *groupLine[T, K]) {
	s.mu.Lock()
	over := l.empty || l.gone.Load()
	s.mu.Unlock()
	if over {
		l.closed = true
		s.ending--
	}
}

// Emptied marks a dismissed group: what it held has been read or let go.
func (f *groupFeed[T, K]) Emptied() {
	l, s := (*groupLine[T, K])(f), f.by
	s.mu.Lock()
	l.empty = true
	ending := l.ending
	if ending {
		l.mark()
	}
	s.mu.Unlock()
	if ending {
		s.Ready()
	}
}

// expire dismisses the groups that were idle for too long before the present
// moment, which it returns where that matters.
func (s *groupByStage[T, K]) expire() (now int64) {
	if s.plan.idle > 0 {
		now = flow.Now()
		s.dismissIdle(now - 1)
	}
	return now
}

// retire dismisses the groups that have been idle for too long, and sees to it
// that the next one is looked at in time.
func (s *groupByStage[T, K]) retire() {
	if s.plan.idle == 0 || s.Closed() {
		return
	}
	now := flow.Now()
	next := s.dismissIdle(now - 1)
	if next != nil && s.watchIdle(next, now) {
		if next = s.dismissIdle(now); next != nil {
			s.watchIdle(next, now)
		}
	}
	if next == nil {
		s.idle.Clear()
	}
}

// watchIdle sets the moment at which a group has been idle for too long, and
// reports whether it has come.
func (s *groupByStage[T, K]) watchIdle(l *groupLine[T, K], now int64) bool {
	s.idle.Set(&s.Handle, stage.Later(l.last, s.plan.idle), now)
	return s.idle.Due(&s.Handle, now)
}

// dismissIdle dismisses the groups whose time has come by the moment now, and
// returns the first one whose time is yet to come.
func (s *groupByStage[T, K]) dismissIdle(now int64) (next *groupLine[T, K]) {
	for l := s.oldest; l != nil; l = next {
		next = l.follow
		switch {
		case !l.joined || l == s.full:
		case stage.Later(l.last, s.plan.idle) > now:
			return l
		default:
			s.dismiss(l)
		}
	}
	return nil
}

// inOrder returns the open groups in the order in which they were opened.
func (s *groupByStage[T, K]) inOrder() []*groupLine[T, K] {
	all := make([]*groupLine[T, K], 0, s.count)
	for l := s.oldest; l != nil; l = l.follow {
		all = append(all, l)
	}
	if s.early() {
		slices.SortFunc(all, func(a, b *groupLine[T, K]) int { return cmp.Compare(a.number, b.number) })
	}
	return all
}
