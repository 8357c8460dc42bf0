package operators

import (
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// latestStage is the head of a [CombineLatest] and a [CombineLatest2].
type latestStage[R any] struct {
	stage.Junction[R]
	rows    latestMaker[R]
	sides   []latestSide
	out     stage.Scratch[R]
	present int  // sides that have emitted something
	failed  bool // a source has: the others were left
}

// latestMaker knows the types of the sources.
type latestMaker[R any] interface {
	// open subscribes to the sources.
	open()
	// make calls the user's function with the newest element of each.
	make() R
}

// latestSide is a source of any type.
type latestSide interface {
	flow.Subscription
	// step makes the last of the first n elements that are held the newest one.
	// used says that it makes a row.
	step(n int, used bool)
	// use says that the newest element is in a row that another one makes.
	use() (first bool)
	// has reports whether there is a newest element.
	has() bool
	// idle returns how many elements are held, the newest one included if it
	// was in no row.
	idle() int
	Held() int
	Spent() bool
	Err() error
	Exactly(n, window int64)
	Drop(reason flow.Reason)
}

// Open subscribes to the sources.
func (s *latestStage[R]) Open() { s.rows.open() }

// Cancel leaves the sources at once.
func (s *latestStage[R]) Cancel() {
	s.Junction.Cancel()
	s.leave()
}

func (s *latestStage[R]) leave() {
	for _, side := range s.sides {
		side.Cancel()
	}
}

// Abandon leaves the sources and lets go of what is held.
func (s *latestStage[R]) Abandon(reason flow.Reason) {
	for _, side := range s.sides {
		side.Drop(reason)
	}
}

// Held returns how many elements wait for demand or for other sources.
func (s *latestStage[R]) Held() (n int) {
	for _, side := range s.sides {
		n += side.idle()
	}
	return n
}

// Flush takes elements in the order in which they have come.
func (s *latestStage[R]) Flush(n int) (emitted int, next stage.Progress, err error) {
	at, k := s.Turn()
	for ; k > 0; at, k = s.Turn() {
		if !s.skip(at, k) {
			if emitted == n {
				return emitted, stage.More, nil
			}
			k = s.emit(at, min(k, n-emitted))
			emitted += k
			if s.Over() {
				return emitted, stage.Wait, nil
			}
		}
	}
	next, err = s.end()
	return emitted, next, err
}

// skip takes elements that make no row because sources have emitted nothing yet.
// It reports false where the next one makes a row.
func (s *latestStage[R]) skip(at, k int) bool {
	side, missing := s.sides[at], len(s.sides)-s.present
	switch {
	case missing == 0 || missing == 1 && !side.has():
		return false
	case !side.has():
		s.present++
	}
	side.step(k, false)
	s.Took(k)
	return true
}

// emit emits the rows that the next n elements of a side make. Where it is the
// first row, that is one.
func (s *latestStage[R]) emit(at, n int) int {
	if !s.sides[at].has() {
		s.present++
		n = 1
	}
	out := s.out.Get(n)
	k := s.apply(at, out)
	s.Emit(out[:k])
	s.out.Put(out)
	return k
}

// apply fills out and returns how many elements it holds. Where the function
// does not return, it hands on what came before and ends the stream.
func (s *latestStage[R]) apply(at int, out []R) (n int) {
	k, returned := 0, false
	defer func() {
		if !returned {
			s.Lost(flow.Failed, 1)
			s.Break(out[:k], recover())
		}
	}()
	brake := s.Brake()
	for ; k < len(out) && atomic.LoadUint32(brake) == 0; k++ {
		s.sides[at].step(1, true)
		s.Took(1)
		for _, side := range s.sides {
			if side.use() {
				s.Lost(flow.Merged, 1)
			}
		}
		out[k] = s.rows.make()
	}
	returned = true
	return k
}

// end says what comes when all elements that have come are taken.
func (s *latestStage[R]) end() (next stage.Progress, err error) {
	over := 0
	for _, side := range s.sides {
		switch err := side.Err(); {
		case err != nil:
			return stage.Last, err
		case side.Spent():
			over++
			if !side.has() {
				return stage.Last, nil
			}
		}
	}
	if over == len(s.sides) {
		return stage.Last, nil
	}
	return stage.Wait, nil
}

// Ask requests what is demanded. When a source has failed, it leaves the others.
func (s *latestStage[R]) Ask() {
	for _, side := range s.sides {
		s.failed = s.failed || side.Err() != nil
	}
	if s.failed {
		s.leave()
		return
	}
	want := min(s.Demand(), latestWindow)
	for _, side := range s.sides {
		side.Exactly(want, latestWindow)
	}
}

// latest is a source, and its newest element.
type latest[T any] struct {
	stage.Port[T]
	now   [1]T
	have  bool
	waits bool // the newest was in no row
}

func (l *latest[T]) has() bool { return l.have }

func (l *latest[T]) use() bool {
	first := l.waits
	l.waits = false
	return first
}

func (l *latest[T]) idle() int {
	if l.waits {
		return l.Held() + 1
	}
	return l.Held()
}

func (l *latest[T]) step(n int, used bool) {
	l.forget(flow.Replaced)
	vs := l.Take(n)
	l.now[0] = vs[n-1]
	l.have, l.waits = true, !used
	l.Let(vs[:n-1], flow.Replaced)
	l.Tidy(vs)
}

// forget lets go of the newest element.
func (l *latest[T]) forget(reason flow.Reason) {
	if !l.have {
		return
	}
	one := l.now
	clear(l.now[:])
	l.have = false
	if l.use() {
		l.Let(one[:], reason)
	} else {
		l.Tell(one[:], reason)
	}
}

// Drop leaves the source and lets go of everything.
func (l *latest[T]) Drop(reason flow.Reason) {
	l.forget(reason)
	l.Port.Drop(reason)
}
