package stage

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// Link is a synchronous stage with one upstream: demand and Cancel go up,
// elements come down. A stage embeds it and adds OnNext and OnNextBatch.
type Link[In, Out any] struct {
	Outlet[Out]
	brake
	endless atomic.Bool // demand is unbounded, nothing need be asked for again
	up      flow.Subscription
	release func(In, flow.Reason)
}

func (*Link[In, Out]) native() {}

// Init connects the stage to its subscriber.
func (l *Link[In, Out]) Init(ctx context.Context, node *flow.Node, down flow.Subscriber[Out]) {
	l.Connect(ctx, node, down)
	l.release = flow.ReleaseFunc[In]()
}

// OnSubscribe keeps the first subscription and refuses a second (rule 2.5).
func (l *Link[In, Out]) OnSubscribe(sub flow.Subscription) { l.Join(sub, l) }

// Join is OnSubscribe for a stage that receives Request and Cancel from
// downstream itself.
func (l *Link[In, Out]) Join(sub, line flow.Subscription) {
	if l.up != nil {
		sub.Cancel()
		return
	}
	l.up = sub
	l.Accept(line)
}

// Request passes demand up.
func (l *Link[In, Out]) Request(n int64) {
	l.Wanted(n)
	if n == flow.Unbounded {
		l.endless.Store(true)
	}
	l.up.Request(n)
}

// Cancel stops the stage and passes up.
func (l *Link[In, Out]) Cancel() {
	if l.leave() {
		l.up.Cancel()
	}
}

// Enough cancels upstream and completes. When the context has ended it does
// not, since stages below may have let go of elements: the head above signals
// the error.
func (l *Link[In, Out]) Enough() {
	if l.halted() {
		return
	}
	l.Cancel()
	l.Complete()
}

// Halted stops the stage and those below it: the context has ended.
func (l *Link[In, Out]) Halted() {
	l.end()
	l.Halt()
}

// Upstream returns the subscription to the upstream.
func (l *Link[In, Out]) Upstream() flow.Subscription { return l.up }

// OnError passes the end on.
func (l *Link[In, Out]) OnError(err error) {
	l.Fail(err)
}

// OnComplete passes the end on.
func (l *Link[In, Out]) OnComplete() {
	l.Complete()
}

// FailAt ends the stream because a user's function that consumes its element
// has no result for one: it hands on the elements before it, cancels upstream,
// lets go of the input behind it, and signals the error. The element itself is
// counted; the function has it.
func (l *Link[In, Out]) FailAt(before []Out, behind []In, err error) {
	l.Lost(flow.Failed, 1)
	l.FailFrom(before, behind, err)
}

// FailFrom is FailAt for a function that only looks at its element, such as a
// predicate: the stage lets go of all of from, which begins with that element.
func (l *Link[In, Out]) FailFrom(before []Out, from []In, err error) {
	defer func() { // also if the code below does not return
		l.Cancel()
		l.Let(from, flow.Failed)
		l.OnError(err)
	}()
	l.Batch(before)
}

// Discard lets go of elements that came after the subscriber had left or the
// context had ended.
func (l *Link[In, Out]) Discard(vs []In) {
	if len(vs) > 0 {
		l.Let(vs, flow.Cancelled)
	}
}

// Let lets go of elements.
func (l *Link[In, Out]) Let(vs []In, reason flow.Reason) {
	l.Lost(reason, int64(len(vs)))
	Tell(l.release, vs, reason)
}

// Releaser returns the function that tells an element that the stage lets go
// of it, or nil where elements need not be told.
func (l *Link[In, Out]) Releaser() func(In, flow.Reason) { return l.release }

// Replace asks upstream for n more elements, since as many were filtered.
func (l *Link[In, Out]) Replace(n int) {
	if n > 0 {
		if m := l.Meter(); m != nil {
			m.Lost(flow.Filtered, int64(n))
		}
		l.Again(n)
	}
}

// Again asks upstream for n more elements, in place of some that were let go
// of.
func (l *Link[In, Out]) Again(n int) {
	if n > 0 && !l.endless.Load() && !l.Left() {
		l.up.Request(int64(n))
	}
}
