package stage

import (
	"github.com/weirgo/weir/flow"
)

// edge stands before a subscriber from elsewhere. It takes batches apart for a
// subscriber that wants single elements, stops between two of them when the
// subscriber has left, and survives one that panics.
type edge[T any] struct {
	down  flow.Subscriber[T]
	batch flow.BatchSubscriber[T] // down, if it takes batches
	brake
	up      flow.Subscription
	out     *Outlet[T] // of the stage before it
	release func(T, flow.Reason)
}

func newEdge[T any](out *Outlet[T], down flow.Subscriber[T]) *edge[T] {
	e := &edge[T]{down: down, out: out, release: flow.ReleaseFunc[T]()}
	e.batch, _ = down.(flow.BatchSubscriber[T])
	return e
}

func (*edge[T]) native() {}

// Halted stops the delivery of a batch: the context has ended.
func (e *edge[T]) Halted() { e.end() }

// Quit does nothing: the subscriber has left.
func (*edge[T]) Quit() {}

func (e *edge[T]) Request(n int64) { e.up.Request(n) }

func (e *edge[T]) Cancel() {
	if e.leave() {
		e.up.Cancel()
	}
}

func (e *edge[T]) OnSubscribe(sub flow.Subscription) {
	e.up = sub
	returned := false
	defer func() {
		if !returned {
			e.broken(recover())
		}
	}()
	e.down.OnSubscribe(e)
	returned = true
}

func (e *edge[T]) OnNext(v T) {
	if e.Stopped() {
		e.let(v)
		return
	}
	returned := false
	defer func() {
		if !returned {
			e.broken(recover())
		}
	}()
	e.down.OnNext(v)
	returned = true
}

func (e *edge[T]) OnNextBatch(vs []T) {
	next := 0 // first element not handed over
	returned := false
	defer func() {
		if !returned {
			e.broken(recover())
			e.letAll(vs[next:])
		}
	}()
	if e.batch != nil && !e.Stopped() {
		next = len(vs)
		e.batch.OnNextBatch(vs)
	}
	for next < len(vs) && !e.Stopped() {
		next++
		e.down.OnNext(vs[next-1])
	}
	returned = true
	e.letAll(vs[next:])
}

func (e *edge[T]) letAll(vs []T) {
	for _, v := range vs {
		e.let(v)
	}
}

// let releases an element that the subscriber does not get any more.
func (e *edge[T]) let(v T) {
	e.out.Run().Sums().Discarded.Add(1)
	if e.release != nil {
		e.release(v, flow.Cancelled)
	}
}

func (e *edge[T]) OnError(err error) {
	e.last(func() { e.down.OnError(err) })
}

func (e *edge[T]) OnComplete() {
	e.last(e.down.OnComplete)
}

// last delivers the last signal, unless the subscriber has left.
func (e *edge[T]) last(signal func()) {
	if !e.leave() {
		return
	}
	returned := false
	defer func() {
		if !returned {
			e.tell(panicError("subscriber of "+e.name(), recover()))
		}
	}()
	signal()
	returned = true
}

func (e *edge[T]) name() string { return e.out.Name() }

// broken cancels the subscription of a subscriber that panicked in OnSubscribe
// or OnNext, and tells whoever runs the graph, or else the subscriber.
func (e *edge[T]) broken(recovered any) {
	err := panicError("subscriber of "+e.name(), recovered)
	if !e.leave() {
		e.tell(err)
		return
	}
	e.up.Cancel()
	if e.out.Run().Fail(err) {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			e.tell(panicError("subscriber of "+e.name(), r))
		}
	}()
	e.down.OnError(err)
}

func (e *edge[T]) tell(err error) {
	if r := e.out.Run(); !r.Fail(err) {
		r.Undeliverable(err)
	}
}
