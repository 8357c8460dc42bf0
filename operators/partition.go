package operators

import (
	"fmt"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Partition returns n publishers of which each element of src goes to one: that
// with the number, from 0, which route returns. Each is an asynchronous boundary
// with a buffer of its own, so that its subscriber may run anywhere. No element
// is lost while its output has a subscriber; an output whose buffer is full
// holds up the others.
//
// It runs in rounds, as [Broadcast] does: upstream is subscribed once each time
// all n outputs have a subscriber more.
//
//	source         --1--2--3--4--|
//	Partition(2, 16, odd)
//	result 0       -----2-----4--|
//	result 1       --1-----3-----|
//
// Demand: as much as each output has room for, since the next elements may all
// be for one of them. An output whose subscriber has cancelled does not count
// any more; when all have, upstream is cancelled.
//
// Buffer: at most capacity elements for each output.
//
// Errors: passes upstream's on to all, after the elements before it. A panic in
// route, or a number that no output has, cancels upstream and fails all. An
// element for an output whose subscriber has cancelled is let go.
//
// Ends: completes all when upstream completes. Panics if n or capacity is less
// than 1.
func Partition[T any](src flow.Publisher[T], n, capacity int, route func(v T) int, opts ...Option) []flow.Publisher[T] {
	stage.Require(src != nil, "operators.Partition: nil source")
	stage.Require(n > 0, "operators.Partition: %d outputs, must be at least 1", n)
	stage.Require(capacity > 0, "operators.Partition: capacity %d, must be at least 1", capacity)
	stage.Require(route != nil, "operators.Partition: nil function")
	hub := &broadcastHub[T]{
		Blueprint: stage.NewBlueprint("partition", src, opts),
		src:       stage.Adapt(src), route: route,
	}
	return hub.outputs(n, capacity)
}

// Halted says that the context has ended: no further function is called.
func (r *broadcastRound[T]) Halted() { r.stopped.Store(true) }

// split hands each element of vs to the output that route names. What goes to
// one output in succession goes there in one batch.
func (r *broadcastRound[T]) split(vs []T) {
	at, from, to := 0, 0, 0 // vs[from:at] is for the output to
	returned := false
	defer func() {
		if returned {
			return
		}
		recovered := recover()
		if recovered == nil {
			recovered = flow.ErrGoexit
		}
		if r.meter != nil {
			r.meter.Failed(flow.PanicErrors)
		}
		r.broke(flow.NewPanicError(r.name(), recovered), to, vs[from:at-1], vs[at-1:])
	}()
	for at < len(vs) && !r.stopped.Load() {
		at++
		k := r.hub.route(vs[at-1])
		if k == to {
			continue
		}
		if k < 0 || k >= len(r.lines) {
			returned = true
			err := &flow.StageError{Stage: r.name(), Err: fmt.Errorf("no output %d of %d", k, len(r.lines))}
			r.broke(err, to, vs[from:at-1], vs[at-1:])
			return
		}
		r.hand(to, vs[from:at-1])
		from, to = at-1, k
	}
	returned = true
	r.hand(to, vs[from:at])
	r.let(vs[at:], flow.Cancelled)
	r.pull()
}

func (r *broadcastRound[T]) name() string { return r.lines[0].run.Name(r.hub.Node()) }

// hand hands vs to one output, unless that has left.
func (r *broadcastRound[T]) hand(to int, vs []T) {
	if len(vs) == 0 {
		return
	}
	l := r.lines[to]
	r.mu.Lock()
	gone := l.gone
	if !gone {
		r.asked -= int64(len(vs))
		l.sent += int64(len(vs))
	}
	r.mu.Unlock()
	if gone {
		r.let(vs, flow.Cancelled)
		return
	}
	if r.meter != nil {
		r.meter.Out += int64(len(vs))
	}
	l.to.OnNextBatch(vs)
}

// let lets go of elements.
func (r *broadcastRound[T]) let(vs []T, reason flow.Reason) {
	if len(vs) == 0 {
		return
	}
	r.mu.Lock()
	r.asked -= int64(len(vs))
	r.mu.Unlock()
	if r.meter != nil {
		r.meter.Lost(reason, int64(len(vs)))
	}
	stage.Tell(flow.ReleaseFunc[T](), vs, reason)
}

// broke ends the round with err: done goes to its output before, rest is let go.
func (r *broadcastRound[T]) broke(err error, to int, done, rest []T) {
	r.hand(to, done)
	r.end()
	r.mu.Lock()
	r.failed = true
	r.mu.Unlock()
	r.up.Cancel()
	for _, l := range r.receivers() {
		l.to.OnError(err)
	}
	r.let(rest, flow.Failed)
}
