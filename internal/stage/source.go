package stage

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Progress is what a producer can do after a pass.
type Progress uint8

// The answers of a producer.
const (
	More Progress = iota // it can go on when there is demand
	Wait                 // it will call Ready when it can go on
	Last                 // it has emitted its last element
)

// Producer makes the elements of a [Source].
type Producer interface {
	// Produce emits at most n elements on the source's outlet and returns how
	// many it did and what comes next. n may be 0: then it only tells whether
	// the stream has ended. An error ends the stream. A [Chooser] emits them with
	// Offer.
	Produce(n int) (emitted int, next Progress, err error)
	// Stop frees what the producer holds. It is called once, before the end is
	// signalled.
	Stop()
}

// Source is the head of a stream: it produces elements while there is demand.
// A source's subscription embeds it and implements [Producer].
type Source[T any] struct {
	Core[T]
	offers *offers[T] // nil for most
}

// producing is the head of a source: what embeds it.
type producing interface {
	Abandoner
	Producer
}

// Begin hands the subscription to the subscriber and starts the source.
func (s *Source[T]) Begin(ctx context.Context, node *flow.Node, down flow.Subscriber[T], p producing) {
	s.offers = offersTo(p, down)
	s.Core.Begin(ctx, node, down, p, s)
}

// Stopped reports whether the source must not emit any more.
func (s *Source[T]) Stopped() bool {
	return s.Events()&(scheduler.Cancelled|scheduler.Ended|scheduler.Invalid) != 0
}

// Run does one pass: see [scheduler.Head]. It goes on while those below ask for
// more as they receive, as a filter does that asks for each element anew.
func (s *Source[T]) Run(n int) (emitted int, again bool) {
	if s.interrupted() {
		return 0, false
	}
	for p := s.Head().(Producer); ; {
		k, next, err := p.Produce(s.offers.next(n-emitted, s.Allowed(n-emitted)))
		s.demand.Sub(int64(s.offers.settle(k)))
		emitted += k
		switch {
		case s.interrupted():
			return emitted, false
		case err != nil:
			s.end(err)
			return emitted, false
		case next == Last:
			s.end(nil)
			return emitted, false
		case next == Wait || k == 0 || emitted == n || s.Demand() == 0:
			return emitted, next == More && s.Demand() > 0
		}
	}
}

// interrupted ends the source if an event from outside asks for it.
func (s *Source[T]) interrupted() bool {
	switch {
	case s.Events() == 0:
		return false
	case s.Interrupted():
		return true
	}
	if d, ok := s.Head().(drainer); ok { // the graph is draining
		d.Drain()
		return false
	}
	s.end(nil)
	return true
}

// drainer is a [Producer] that holds elements it has accepted from the
// outside: a drain closes its entrance, and it ends when they are emitted.
type drainer interface{ Drain() }

// Abandon stops the producer.
func (s *Source[T]) Abandon(flow.Reason) { s.Head().(Producer).Stop() }

// end stops the producer and signals the end.
func (s *Source[T]) end(err error) {
	if !s.Closed() {
		s.Head().(Producer).Stop()
		s.End(err)
	}
}

// Crash ends the source at once, for a producer whose user code has not
// returned, as after runtime.Goexit.
func (s *Source[T]) Crash(err error) { s.end(err) }

// Complete gives down a stream that completes at once.
func Complete[T any](ctx context.Context, node *flow.Node, down flow.Subscriber[T]) {
	e := new(empty[T])
	e.Begin(ctx, node, down, e)
}

// Refuse gives down a stream that ends with err at once.
func Refuse[T any](ctx context.Context, node *flow.Node, down flow.Subscriber[T], err error) {
	e := &empty[T]{err: err}
	e.Begin(ctx, node, down, e)
}

type empty[T any] struct {
	Source[T]
	err error
}

func (e *empty[T]) Produce(int) (emitted int, next Progress, err error) { return 0, Last, e.err }
func (*empty[T]) Stop()                                                 {}

// Decline subscribes to src and cancels at once: a publisher that waits until
// it has all its subscribers, such as an output of a Broadcast, then knows
// that it need not wait for this one.
func Decline[T any](ctx context.Context, src flow.Publisher[T]) {
	src.Subscribe(ctx, new(declining[T]))
}

type declining[T any] struct{ Inner }

func (*declining[T]) OnSubscribe(sub flow.Subscription) { sub.Cancel() }
func (*declining[T]) OnNext(T)                          {}
func (*declining[T]) OnNextBatch([]T)                   {}
func (*declining[T]) OnError(error)                     {}
func (*declining[T]) OnComplete()                       {}
