package flow

import (
	"context"
	"math"
)

// Unbounded is demand without a limit. Demand adds up and saturates here; once
// it is reached, the publisher stops counting.
const Unbounded int64 = math.MaxInt64

// Publisher is a blueprint of a stream: nothing happens before Subscribe.
//
// It may be subscribed any number of times, each subscription independent of
// the others (cold), unless its documentation says that it is hot.
type Publisher[T any] interface {
	// Subscribe starts one stream of elements to s. It calls s.OnSubscribe
	// before any other signal and returns without waiting for the stream.
	//
	// ctx belongs to the run: when it ends, s gets OnError(context.Cause(ctx))
	// without demand. A nil s panics at the caller's line.
	Subscribe(ctx context.Context, s Subscriber[T])
}

// Subscriber receives the signals of one subscription, one at a time:
// OnSubscribe, then OnNext at most as often as it requested, then at most one
// of OnError and OnComplete, and nothing after that.
//
// No signal may panic. A subscriber that does is cancelled, and its panic
// surfaces where the graph is run.
type Subscriber[T any] interface {
	// OnSubscribe is the first signal. sub may be used inside it already.
	OnSubscribe(sub Subscription)
	// OnNext hands over one element. The call is the hand-over: v belongs to
	// the subscriber from here on.
	OnNext(v T)
	// OnError ends the stream with a failure. It needs no demand.
	OnError(err error)
	// OnComplete ends the stream. It needs no demand.
	OnComplete()
}

// Subscription is a subscriber's line back to its publisher. Both methods may
// be called from any goroutine, also from inside OnNext; they never block and
// never run user code.
type Subscription interface {
	// Request adds n to the demand. n below 1 ends the stream with an error
	// that wraps [ErrInvalidDemand]. After the end it does nothing.
	Request(n int64)
	// Cancel is the subscriber's own wish to leave. It is silent: no signal
	// answers it, and an element that is on its way may still arrive.
	Cancel()
}

// Processor is a stage in one object: it subscribes to an upstream and is
// subscribed to by a downstream, and obeys the rules of both sides.
type Processor[In, Out any] interface {
	Subscriber[In]
	Publisher[Out]
}

// BatchSubscriber is the optional fast path of a subscriber, as io.WriterTo is
// of a reader. A publisher looks for it once, at Subscribe.
type BatchSubscriber[T any] interface {
	Subscriber[T]
	// OnNextBatch is len(vs) OnNext signals in order, and counts len(vs)
	// against demand. vs belongs to the caller: read it, do not change it, do
	// not keep it. Its elements belong to the subscriber, as with OnNext.
	OnNextBatch(vs []T)
}

// PublisherFunc is a function that serves as a [Publisher].
type PublisherFunc[T any] func(ctx context.Context, s Subscriber[T])

// Subscribe calls f.
func (f PublisherFunc[T]) Subscribe(ctx context.Context, s Subscriber[T]) { f(ctx, s) }
