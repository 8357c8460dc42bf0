package stage

import (
	"iter"
)

// A stage that makes streams for those below it, such as GroupBy, may have to
// wait for demand that can never come: what is below asks for a further stream
// when one of those ends that it has, and they end when the stage gives them
// elements or an end. That is certain where each stream that the stage below
// reads is one of the stage's own, through stages that do nothing unless they
// are given something, and where nothing is on its way.

// Transparent is a stage with one upstream and one downstream that signals
// only while it is signalled, and holds nothing but what it emits at the end.
// Mark only stages that ask nobody else: no timer, no other source, no
// goroutine.
type Transparent interface{ Transparent() }

// passing is what can be followed downstream.
type passing interface {
	// pass returns the subscriber below, and reports whether nothing is on its
	// way to it. Any goroutine may call it.
	pass() (below any, clear bool)
}

// gathering is a stage that reads several streams at once, and asks for
// another one when one of them has ended.
type gathering interface {
	starves(inputs map[any]bool) bool
}

// pass is the same for all stages, and counts only for transparent ones.
func (o *Outlet[T]) pass() (below any, clear bool) { return o.down, true }

// pass looks into the queue. Elements that have been taken out of it count
// until they have been dealt with below, so that a walk downstream does not
// miss those that move on meanwhile.
func (i *inlet[T]) pass() (below any, clear bool) {
	b := (*Boundary[T])(i)
	return b.down, b.queue.Len() == 0 && b.state.Load()&(cut|last) == 0
}

// Queue is a [Boundary] whose elements come from the stage that is asked about.
type Queue interface{ entrance() passing }

func (b *Boundary[T]) entrance() passing { return (*inlet[T])(b) }

// Starved reports whether the subscriber of out will not request anything
// before one of the queues gives it an element or ends, and nothing that came
// from the queues is on its way. Where it reads no stream at all, that is idle.
//
// It is for the island of out. Nobody pushes into the queues meanwhile, so that
// what is found empty, from the queues downwards, stays empty.
func Starved[T any](out *Outlet[T], queues iter.Seq[Queue], idle bool) bool {
	g := gatherer(out.down)
	if g == nil {
		return false
	}
	inputs := make(map[any]bool)
	for q := range queues {
		if in := follow(q.entrance()); in != nil {
			inputs[in] = true
		}
	}
	return g.starves(inputs) && (idle || len(inputs) > 0)
}

// gatherer returns the stage that reads the streams, if it is on the same
// island.
func gatherer(below any) gathering {
	for {
		if g, ok := below.(gathering); ok {
			return g
		}
		if _, ok := below.(Transparent); !ok {
			return nil
		}
		below, _ = below.(passing).pass()
	}
}

// follow returns the input of a fan-in that a stream leads to, or nil.
func follow(s passing) any {
	for {
		below, clear := s.pass()
		if !clear {
			return nil
		}
		switch below := below.(type) {
		case interface{ input() }:
			return below
		case interface{ boundary() }:
			s = below.(passing)
		case Transparent:
			s = below.(passing)
		default:
			return nil
		}
	}
}

func (*Input[T]) input()    {}
func (*inlet[T]) boundary() {}

// starves is true where all that has not ended comes in by the inputs.
func (f *Fanin[T]) starves(inputs map[any]bool) bool {
	if f.Over() || !f.more {
		return false
	}
	for in := f.oldest; in != nil; in = in.follow {
		if in.Over() || !inputs[in] {
			return false
		}
	}
	return true
}
