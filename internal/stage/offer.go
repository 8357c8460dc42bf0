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

// offers is what a [Source] knows when it offers elements.
type offers[T any] struct {
	to     Selective[T] // the subscriber, if it is selective and nobody counts
	most   int          // demand that may be used up in this call of Produce
	spared int          // elements of it that have used up none
	look   int          // how many to offer next
	one    One[T]
}

// next returns how many elements to offer where n are still left in the pass and
// most of them are demanded: more, the fewer are kept.
func (o *offers[T]) next(n, most int) int {
	o.most = most
	if o.to == nil || most == 0 {
		return most
	}
	return max(most, min(n, o.look))
}

// settle follows a call of Produce that has emitted k elements, and returns how
// much demand they have used up.
func (o *offers[T]) settle(k int) (used int) {
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
// It is for a producer that keeps the others.
func (s *Source[T]) Offer(vs []T) (taken int) {
	o := &s.offers
	if o.to == nil {
		s.Batch(vs)
		return len(vs)
	}
	taken, used := o.to.Offer(vs, o.most)
	o.most -= used
	o.spared += taken - used
	return taken
}

// OfferNext hands on v, for which there is demand, and reports whether that is
// used up now.
func (s *Source[T]) OfferNext(v T) (all bool) {
	o := &s.offers
	vs := o.one.One(v)
	if o.to == nil {
		s.Batch(vs)
		o.most--
		return o.most == 0
	}
	_, used := o.to.Offer(vs, o.most)
	o.most -= used
	o.spared += 1 - used
	return o.most == 0
}
