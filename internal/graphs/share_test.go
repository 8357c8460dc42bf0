package graphs

import (
	"context"
	"slices"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// shareRows are the operators that let several subscribers share a stream, or
// deal it out: the parts are merged again.
func shareRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"Partition", unknown, (*draw[T]).partition},
		{"Publish", unknown, (*draw[T]).publish},
		{"RefCount", unknown, (*draw[T]).refCount},
		{"Share", unknown, (*draw[T]).share},
		{"Replay", unknown, (*draw[T]).replay},
	}
}

// merged brings streams together again, some from islands of their own.
func (d *draw[T]) merged(outs []flow.Publisher[T]) flow.Publisher[T] {
	for i := range outs {
		if d.intn(2) == 0 {
			outs[i] = operators.Async(outs[i], d.capacity())
		}
	}
	return operators.Merge(d.capacity(), outs...)
}

func (d *draw[T]) partition(s stream[T]) stream[T] {
	n, c := 1+d.intn(3), d.capacity()
	outs := operators.Partition(s.pub, n, c, d.key(func(v int) int { return v % n }))
	out := s.then(d.merged(outs), s.want, "Partition(%d, %d), Merge", n, c)
	if n > 1 {
		return out.atLeast(unsorted)
	}
	return out
}

// queue draws how elements are kept for a subscriber.
func (d *draw[T]) queue() (capacity int, strategy flow.Overflow, most mode) {
	if d.intn(2) == 0 {
		return d.capacity(), flow.Block, exact
	}
	return d.capacity(), oneOf(d, flow.DropOldest, flow.DropIncoming), lossy
}

// publish connects when it has its subscriber, until that has left.
func (d *draw[T]) publish(s stream[T]) stream[T] {
	c, strategy, most := d.queue()
	shared := operators.Publish(s.pub, c, strategy)
	return s.then(flow.PublisherFunc[T](func(ctx context.Context, to flow.Subscriber[T]) {
		connected := make(chan func(), 1)
		operators.DoFinally(shared, func(error) {
			go func() { (<-connected)() }() // it may have left before it was connected
		}).Subscribe(ctx, to)
		connected <- shared.Connect(ctx)
	}), s.want, "Publish(%d, %v)", c, strategy).atLeast(most)
}

// refCount has all its subscribers from the start. Where they leave before all
// are there, it is not connected: nobody else may wait for that.
func (d *draw[T]) refCount(s stream[T]) stream[T] {
	c, strategy, most := d.queue()
	n := 1 + d.intn(3)
	if s.part {
		n = 1
	}
	shared := operators.RefCount(operators.Publish(s.pub, c, strategy), n)
	out := s.then(d.merged(slices.Repeat([]flow.Publisher[T]{shared}, n)), slices.Repeat(s.want, n),
		"Publish(%d, %v), RefCount(%d), Merge", c, strategy, n).atLeast(most)
	if n > 1 {
		return out.atLeast(unsorted)
	}
	return out
}

// share has one subscriber. A second one might come too late for some elements,
// or for all, and begin anew: what is drawn is subscribed once.
func (d *draw[T]) share(s stream[T]) stream[T] {
	c, strategy, most := d.queue()
	return s.then(operators.Share(s.pub, c, strategy), s.want, "Share(%d, %v)", c, strategy).atLeast(most)
}

// replay keeps all elements for late subscribers, which begins with the first.
func (d *draw[T]) replay(s stream[T]) stream[T] {
	c, n := d.capacity(), 1+d.intn(3)
	numbers := operators.Replay(operators.Map(s.pub, d.use), len(s.want)+1, c, flow.Block)
	var outs []flow.Publisher[T]
	for range n {
		outs = append(outs, d.minted(numbers))
	}
	out := s.then(d.merged(outs), slices.Repeat(s.want, n), "Replay(%d), Merge of %d", c, n)
	if n > 1 {
		return out.atLeast(unsorted)
	}
	return out
}
