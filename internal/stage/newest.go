package stage

import (
	"context"
	"math"

	"github.com/weirgo/weir/flow"
)

// Newest is a stage that never holds its upstream up: it keeps the newest
// element until its time has come and there is demand for it, and lets go of
// it when a newer one comes. A stage embeds it and implements [Timing].
type Newest[T any] struct {
	Holder[T, T]
	timing Timing
	due    Deadline
	in     One[T]
	out    One[T]
	slot   [1]T
	full   bool // slot holds an element
	ripe   bool // and its time has come
	given  func()
}

// Timing says when elements are due.
type Timing interface {
	// When returns when the element that comes now is due, or [Never] where that
	// is not for the clock to say: then it is when Ripen is called. fresh says
	// that no other element was waiting for its time.
	When(now int64, fresh bool) int64
	// Last reports whether the element whose time has not come when upstream
	// completes is emitted.
	Last() bool
}

// Never is a moment that does not come.
const Never = math.MaxInt64

// giving is a [Timing] that is told when an element is emitted.
type giving interface{ Given() }

// Open connects the stage to its subscriber and src to the stage.
func (s *Newest[T]) Open(ctx context.Context, node *flow.Node, src flow.Publisher[T], down flow.Subscriber[T], self interface {
	flow.BatchSubscriber[T]
	Timing
},
) {
	if g, ok := self.(giving); ok {
		s.given = g.Given
	}
	s.Attach(ctx, node, down, s, self)
	Subscribe(ctx, src, self, s.Meter())
}

// Attach connects the stage to its subscriber, for one that listens to more
// than one publisher. self is s, or what adds to it.
func (s *Newest[T]) Attach(ctx context.Context, node *flow.Node, down flow.Subscriber[T], self Holding, timing Timing) {
	s.timing = timing
	s.Init(ctx, node, down, self)
}

// OnSubscribe asks for everything at once.
func (s *Newest[T]) OnSubscribe(sub flow.Subscription) {
	s.Holder.OnSubscribe(sub)
	s.Ready()
}

// OnNext is OnNextBatch of one element.
func (s *Newest[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

// OnNextBatch keeps the last of the elements.
func (s *Newest[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	now := flow.Now()
	defer s.keep(vs, now) // also if the code below does not return
	s.overdue(now)
}

// keep holds the last of the elements.
func (s *Newest[T]) keep(vs []T, now int64) {
	fresh := !s.full || s.ripe
	s.let(flow.Replaced)
	last := len(vs) - 1
	s.Let(vs[:last], flow.Replaced)
	s.slot[0], s.full = vs[last], true
	s.buffered(1)
	if at := s.timing.When(now, fresh); at != Never {
		s.due.Set(&s.Handle, at, now)
	}
}

// Ripen says that the time of the element has come, if there is one.
func (s *Newest[T]) Ripen() {
	if s.ripe = s.full; s.ripe && s.Demand() > 0 {
		s.give()
	}
}

// overdue emits the element whose time was before now, if the island was too
// busy to do so then.
func (s *Newest[T]) overdue(now int64) {
	if !s.full {
		return
	}
	s.ripe = s.ripe || s.due.Passed(now)
	if s.ripe && s.Demand() > 0 {
		s.give()
	}
}

// give emits the element.
func (s *Newest[T]) give() {
	out := s.out.One(s.slot[0])
	s.empty()
	if s.given != nil {
		s.given()
	}
	s.Emit(out)
	clear(out)
}

// Full reports whether an element is held.
func (s *Newest[T]) Full() bool { return s.full }

// let lets go of the element, if there is one.
func (s *Newest[T]) let(reason flow.Reason) {
	if s.full {
		out := s.out.One(s.slot[0])
		s.empty()
		s.Let(out, reason)
		clear(out)
	}
}

func (s *Newest[T]) empty() {
	clear(s.slot[:])
	s.full, s.ripe = false, false
	s.due.Clear()
	s.buffered(0)
}

func (s *Newest[T]) buffered(n int64) {
	if m := s.Meter(); m != nil {
		m.Buffered(n)
	}
}

// Flush emits the element when its time has come.
func (s *Newest[T]) Flush(n int) (emitted int, more bool) {
	if s.full && !s.ripe {
		s.ripe = s.due.Due(&s.Handle, flow.Now())
	}
	switch {
	case !s.ripe:
		return 0, false
	case n == 0:
		return 0, true
	}
	s.give()
	return 1, false
}

// Want asks for everything: upstream is not held up.
func (*Newest[T]) Want(int64) int64 { return flow.Unbounded }

// Clear lets go of the element and stops the timer.
func (s *Newest[T]) Clear(reason flow.Reason) {
	s.let(reason)
	s.due.Stop()
}

// OnError ends the stream. An element that is still held is let go.
func (s *Newest[T]) OnError(err error) {
	if !s.last && !s.Closed() {
		s.overdue(flow.Now() + 1)
		s.Clear(flow.Failed)
	}
	s.Holder.OnError(err)
}

// OnComplete ends the stream, after the element that is held if it is to be
// emitted.
func (s *Newest[T]) OnComplete() {
	if !s.last && !s.Closed() {
		s.overdue(flow.Now() + 1) // this moment is over
		s.ripe = s.full && (s.ripe || s.timing.Last())
		if !s.ripe {
			s.let(flow.Replaced)
		}
		s.due.Stop()
	}
	s.Holder.OnComplete()
}
