package stage

import "github.com/weirgo/weir/flow"

// Selective is a subscriber that can be offered more elements than are demanded,
// because it lets go of some: a source then need not be asked for each of those
// anew.
type Selective[T any] interface {
	flow.BatchSubscriber[T]
	// Offer looks at elements of vs, one after another, until it has handed on
	// most of them. It returns how many it has looked at, which are its own now,
	// and how many it has handed on: that much demand is used up.
	Offer(vs []T, most int) (taken, used int)
}

// Chooser is a [Producer] that keeps what Offer does not take.
type Chooser interface {
	Producer
	Offers()
}

// offers is what a [Source] knows whose subscriber is selective.
type offers[T any] struct {
	to     Selective[T]
	most   int // demand that may be used up in this call of Produce
	spared int // elements of it that have used up none
	look   int // how many to offer next
	one    One[T]
}

// offersTo returns nil if p cannot keep elements or down takes them all. Whoever
// counts the elements is between the two, so that none are offered then.
func offersTo[T any](p Producer, down flow.Subscriber[T]) *offers[T] {
	if _, ok := p.(Chooser); !ok {
		return nil
	}
	to, ok := down.(Selective[T])
	if !ok {
		return nil
	}
	return &offers[T]{to: to}
}

// next returns how many elements to offer where n are still left in the pass and
// most of them are demanded: more, the fewer are kept.
func (o *offers[T]) next(n, most int) int {
	if o == nil || most == 0 {
		return most
	}
	o.most = most
	return max(most, min(n, o.look))
}

// settle follows a call of Produce that has emitted k elements, and returns how
// much demand they have used up.
func (o *offers[T]) settle(k int) (used int) {
	if o == nil {
		return k
	}
	used = k - o.spared
	o.spared = 0
	if o.most > 0 {
		o.look = min(2*k, MaxBatch)
	} else {
		o.look = max(1, k/2)
	}
	return used
}

// Offer hands on elements of vs as far as there is demand, and returns how many.
// It is for a [Chooser], which keeps the others.
func (s *Source[T]) Offer(vs []T) (taken int) {
	if s.offers == nil {
		s.Batch(vs)
		return len(vs)
	}
	return s.offers.take(vs)
}

func (o *offers[T]) take(vs []T) (taken int) {
	taken, used := o.to.Offer(vs, o.most)
	o.most -= used
	o.spared += taken - used
	return taken
}

// OfferNext hands on v, for which there is demand, and reports whether no more
// may be handed on in this call of Produce, whatever it was for.
func (s *Source[T]) OfferNext(v T) (all bool) {
	o := s.offers
	if o == nil {
		s.Next(v)
		return false
	}
	o.take(o.one.One(v))
	return o.most == 0
}
