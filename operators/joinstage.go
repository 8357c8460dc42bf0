package operators

import (
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// joinStage is the head of a [JoinWithin]. It looks at elements in the order in
// which they have come. The one that it looks at is in the hand of its side
// until it is combined with all of its partners.
type joinStage[A, B any, K comparable, R any] struct {
	stage.Junction[R]
	plan     *joinOp[A, B, K, R]
	a        joinSide[A, K]
	b        joinSide[B, K]
	out      stage.Scratch[R]
	deadline stage.Deadline // when the next element becomes too old
	failed   error          // of the first source that has, when the other was left
}

// Open subscribes to the sources.
func (s *joinStage[A, B, K, R]) Open() {
	stage.Subscribe(s.Context(), s.plan.a, &s.a, s.Meter())
	stage.Subscribe(s.Context(), s.plan.b, &s.b, s.Meter())
}

// Cancel leaves the sources at once.
func (s *joinStage[A, B, K, R]) Cancel() {
	s.Junction.Cancel()
	s.leave()
}

func (s *joinStage[A, B, K, R]) leave() {
	s.a.Cancel()
	s.b.Cancel()
}

// Abandon leaves the sources and lets go of what is held.
func (s *joinStage[A, B, K, R]) Abandon(reason flow.Reason) {
	s.deadline.Stop()
	s.a.Drop(reason)
	s.b.Drop(reason)
}

// Held returns how many elements are held that were not combined.
func (s *joinStage[A, B, K, R]) Held() int {
	return s.a.Held() + s.a.idle + s.b.Held() + s.b.idle
}

// Flush combines what waits, and lets go of what cannot find a partner any more.
func (s *joinStage[A, B, K, R]) Flush(n int) (emitted int, next stage.Progress, err error) {
	s.look()
	emitted = s.emit(n)
	if s.Over() {
		return emitted, stage.Wait, nil
	}
	s.expire()
	_, waits := s.a.waits()
	if !waits {
		_, waits = s.b.waits()
	}
	switch {
	case s.failed == nil && (s.a.Spent() && s.a.kept == 0 || s.b.Spent() && s.b.kept == 0):
		return emitted, stage.Last, nil
	case waits:
		return emitted, stage.More, nil
	case s.failed != nil:
		return emitted, stage.Last, s.failed
	}
	return emitted, stage.Wait, nil
}

// look leaves the other source when one has failed.
func (s *joinStage[A, B, K, R]) look() {
	if s.failed == nil {
		if s.failed = s.a.Err(); s.failed == nil {
			s.failed = s.b.Err()
		}
		if s.failed != nil {
			s.leave()
		}
	}
}

// emit emits at most n pairs.
func (s *joinStage[A, B, K, R]) emit(n int) int {
	out := s.out.Get(min(n, stage.MaxBatch))
	k := s.apply(out)
	s.Consumed(int64(-k))
	s.Emit(out[:k])
	s.out.Put(out)
	return k
}

// apply fills out and returns how many elements it holds. Elements that find no
// partner it looks at without demand. Where a function does not return, it hands
// on what came before and ends the stream.
func (s *joinStage[A, B, K, R]) apply(out []R) (n int) {
	k, returned := 0, false
	defer func() {
		if !returned {
			s.Consumed(int64(-k))
			s.Break(out[:k], recover())
		}
	}()
	for brake := s.Brake(); atomic.LoadUint32(brake) == 0 && s.turn(); {
		left, right := s.a.pair(), s.b.pair()
		switch {
		case left == nil || right == nil:
			s.settle()
			continue
		case k == len(out):
			returned = true
			return k
		}
		s.a.step()
		s.b.step()
		s.Lost(flow.Merged, s.a.use(left)+s.b.use(right))
		out[k] = s.plan.combine(left.v[0], right.v[0])
		k++
	}
	returned = true
	return k
}

// turn sees to it that an element is in a hand, and reports whether there is
// one.
func (s *joinStage[A, B, K, R]) turn() bool {
	if s.a.hand != nil || s.b.hand != nil {
		return true
	}
	at, n := s.Turn()
	switch {
	case n == 0:
		return false
	case at == 0:
		s.a.begin()
		s.b.find(s.a.hand.key, s.a.hand.at)
	default:
		s.b.begin()
		s.a.find(s.b.hand.key, s.b.hand.at)
	}
	s.Took(1)
	return true
}

// settle puts the element in hand, which was combined with all of its partners,
// among those that may find others, if any come.
func (s *joinStage[A, B, K, R]) settle() {
	if s.a.hand != nil {
		s.a.settle(s.b.Spent())
	} else {
		s.b.settle(s.a.Spent())
	}
}

// expire lets go of what is too old, and of what no element of the other side
// will come for.
func (s *joinStage[A, B, K, R]) expire() {
	if s.b.Spent() && s.b.hand == nil {
		s.a.dropAll(flow.Filtered)
	}
	if s.a.Spent() && s.a.hand == nil {
		s.b.dropAll(flow.Filtered)
	}
	for now := flow.Now(); ; {
		fromA, a := s.a.leaves(s.b.waits())
		fromB, b := s.b.leaves(s.a.waits())
		at := fromA
		if !a || b && fromB < fromA {
			at = fromB
		}
		switch {
		case !a && !b:
			s.deadline.Clear()
			return
		case at < now:
		default:
			if s.deadline.Set(&s.Handle, at, now); !s.deadline.Due(&s.Handle, now) {
				return
			}
		}
		for ; a && fromA <= at; fromA, a = s.a.leaves(s.b.waits()) {
			s.a.drop(flow.Filtered)
		}
		for ; b && fromB <= at; fromB, b = s.b.leaves(s.a.waits()) {
			s.b.drop(flow.Filtered)
		}
	}
}

// Ask has capacity elements of each source held or on their way.
func (s *joinStage[A, B, K, R]) Ask() {
	s.look()
	s.a.Ahead(int64(s.plan.capacity - s.a.kept))
	s.b.Ahead(int64(s.plan.capacity - s.b.kept))
}
