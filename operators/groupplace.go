package operators

import (
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// place gives elements to their groups, and opens at most n groups. It returns
// how many elements are dealt with; the next one has to wait. Where key does
// not return, the stream ends. Where those who read a group on this island do
// not, what is left of vs waits for the next pass.
func (s *groupByStage[T, K]) place(vs []T, n int) (placed int) {
	at, asking, returned := 0, false, false
	defer func() {
		switch {
		case returned:
		case asking:
			s.lose(vs[at:], flow.Failed)
			s.fail(s.Broken(recover()))
			placed = len(vs)
		default:
			s.known = false
			s.waiting = append(s.waiting, vs[at:]...)
			s.Ready()
		}
	}()
	key, brake := s.plan.key, &s.brake
	now := s.expire()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 || s.deserted() {
			returned = true
			s.lose(vs[i:], flow.Cancelled)
			return len(vs)
		}
		at, asking = i, true
		if !s.known {
			s.next, s.known = key(v), true
		}
		l := s.open[s.next] // panics for a key that cannot be compared
		at, asking = i+1, false
		ok, err := s.give(v, l, n, now)
		switch {
		case err != nil:
			returned = true
			s.lose(vs[i:], flow.Failed)
			s.fail(s.UserError(err))
			return len(vs)
		case !ok:
			returned = true
			return i
		}
		s.known = false
	}
	returned = true
	return len(vs)
}

// deserted reports whether all who read have cancelled, which the next pass of
// the head will find as well: until then no key is asked for. Groups that have
// not been emitted have no reader.
func (s *groupByStage[T, K]) deserted() bool {
	if s.Events()&scheduler.Cancelled == 0 {
		return false
	}
	s.settle()
	return s.count == len(s.fresh)
}

// give puts v into l, the group of the key s.next, or opens that if it is nil.
// It reports whether there was room; n groups may be opened for it.
func (s *groupByStage[T, K]) give(v T, l *groupLine[T, K], n int, now int64) (ok bool, err error) {
	s.full, s.cramped = nil, false
	if l != nil && l.gone.Load() {
		s.settle()
		l = s.open[s.next]
	}
	if l != nil {
		if !l.put(v) {
			s.full = l
			return false, nil
		}
		s.touch(l, now)
		return true, nil
	}
	switch {
	case s.left: // nobody takes groups any more
		s.lose([]T{v}, flow.Cancelled)
		return true, nil
	case s.count+s.ending == s.plan.groups:
		if ok, err := s.makeRoom(); !ok {
			return false, err
		}
	}
	if len(s.fresh) >= n || s.Demand() <= int64(len(s.fresh)) {
		return false, nil
	}
	l = s.begin()
	l.last = now
	l.put(v)
	return true, nil
}

// begin opens a group, to be emitted by announce.
func (s *groupByStage[T, K]) begin() *groupLine[T, K] {
	l := &groupLine[T, K]{Blueprint: &s.plan.group, by: s, key: s.next, number: s.opened}
	s.opened++
	s.link(l)
	s.open[l.key] = l
	s.count++
	s.fresh = append(s.fresh, Group[K, T]{l.key, l})
	return l
}

// announce emits the groups that have been opened.
func (s *groupByStage[T, K]) announce() int {
	vs := s.fresh
	if len(vs) == 0 {
		return 0
	}
	s.fresh = nil
	s.HandedOn(-int64(len(vs))) // what it hands on is elements, to the groups
	s.Emit(vs)
	clear(vs)
	if s.fresh == nil {
		s.fresh = vs[:0]
	}
	return len(vs)
}

// advance places elements that wait, and opens at most n groups. It reports
// whether more could be placed at once.
func (s *groupByStage[T, K]) advance(n int) (more bool) {
	if len(s.waiting) == 0 {
		return false
	}
	vs := s.waiting
	s.waiting = nil
	s.tight.Store(false)
	placed := s.place(vs, n)
	if placed > 0 {
		s.poll.reset()
	}
	clear(vs[:placed])
	if placed == len(vs) {
		return false
	}
	s.waiting = vs[placed:]
	return s.full == nil && !s.cramped && s.Demand() > int64(len(s.fresh))
}

// settle follows what has happened to groups.
func (s *groupByStage[T, K]) settle() {
	s.mu.Lock()
	all := s.marked
	s.marked = nil
	s.mu.Unlock()
	for _, l := range all {
		switch {
		case l.closed:
		case l.ending:
			s.vacate(l)
		case l.gone.Load():
			s.shut(l)
		default:
			l.join()
		}
	}
}

// shut takes a group out whose subscriber has cancelled, or that was released.
func (s *groupByStage[T, K]) shut(l *groupLine[T, K]) {
	l.closed = true
	vs := l.pending
	l.pending = nil
	s.pending -= len(vs)
	s.lose(vs, flow.Cancelled)
	s.remove(l)
}

// remove takes a group out of those that are open.
func (s *groupByStage[T, K]) remove(l *groupLine[T, K]) {
	if s.open[l.key] == l {
		delete(s.open, l.key)
	}
	s.unlink(l)
	s.count--
}

func (s *groupByStage[T, K]) link(l *groupLine[T, K]) {
	if l.prev = s.newest; l.prev != nil {
		l.prev.follow = l
	} else {
		s.oldest = l
	}
	s.newest = l
}

func (s *groupByStage[T, K]) unlink(l *groupLine[T, K]) {
	if l.prev != nil {
		l.prev.follow = l.follow
	} else {
		s.oldest = l.follow
	}
	if l.follow != nil {
		l.follow.prev = l.prev
	} else {
		s.newest = l.prev
	}
	l.prev, l.follow = nil, nil
}
