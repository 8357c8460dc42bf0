package stage

import (
	"context"

	"github.com/weirgo/weir/flow"
)

// Holder is a synchronous stage with one upstream whose demand is not that of
// its subscriber, because one element in may be many out, or none until the
// end. What has no demand yet it holds. It is a head of its island: demand
// that comes later lets it run.
type Holder[In, Out any] struct {
	Core[Out]
	Inner
	brake
	up      flow.Subscription
	asked   int64 // requested upstream and not yet received
	release func(In, flow.Reason)
	self    Holding
	last    bool  // upstream has ended
	err     error // with which
	paused  bool  // what is held waits for something else than demand
}

// Holding is what a stage adds to a [Holder].
type Holding interface {
	// Flush emits at most n elements and reports whether it holds more.
	Flush(n int) (emitted int, more bool)
	// Want returns how many elements to have on their way from upstream, for
	// the outstanding demand.
	Want(demand int64) int64
	// Clear lets go of all that is held.
	Clear(reason flow.Reason)
}

// Init connects the stage to its subscriber.
func (h *Holder[In, Out]) Init(ctx context.Context, node *flow.Node, down flow.Subscriber[Out], self Holding) {
	h.self = self
	h.release = flow.ReleaseFunc[In]()
	h.Connect(ctx, node, down)
	h.Bind(ctx, h)
}

// Halt stops the stage and those below it: the context has ended.
func (h *Holder[In, Out]) Halt() {
	h.end()
	h.Outlet.Halt()
}

// OnSubscribe keeps the first subscription and refuses a second (rule 2.5).
func (h *Holder[In, Out]) OnSubscribe(sub flow.Subscription) { h.Join(sub, h) }

// Join is OnSubscribe for a stage that receives Request and Cancel from
// downstream itself.
func (h *Holder[In, Out]) Join(sub, line flow.Subscription) {
	if h.up != nil {
		sub.Cancel()
		return
	}
	h.up = sub
	h.Accept(line)
	h.Start()
}

// Cancel ends the stream in silence.
func (h *Holder[In, Out]) Cancel() {
	if h.leave() {
		h.up.Cancel()
	}
	h.Core.Cancel()
}

// Received counts n elements from upstream, and says whether they are to be
// looked at.
func (h *Holder[In, Out]) Received(n int) bool {
	if h.asked != flow.Unbounded {
		h.asked -= int64(n)
	}
	return !h.Closed() && !h.Stopped() && !h.last
}

// Over reports whether upstream has completed or failed.
func (h *Holder[In, Out]) Over() bool { return h.last }

// Completed reports whether upstream has completed, and not failed.
func (h *Holder[In, Out]) Completed() bool { return h.last && h.err == nil }

// Failed reports whether upstream has failed.
func (h *Holder[In, Out]) Failed() bool { return h.err != nil }

// Refill asks upstream for what the stage wants.
func (h *Holder[In, Out]) Refill() {
	if h.last || h.Closed() || h.Stopped() {
		return
	}
	if h.asked == flow.Unbounded {
		return
	}
	switch want := h.self.Want(h.Demand()); {
	case want == flow.Unbounded:
		h.asked = flow.Unbounded
		h.up.Request(flow.Unbounded)
	case want > h.asked:
		n := want - h.asked
		h.asked = want
		h.up.Request(n)
	}
}

// OnError ends the stream, after what is held.
func (h *Holder[In, Out]) OnError(err error) {
	if err == nil {
		err = errNilError
	}
	h.finish(err)
}

// OnComplete ends the stream, after what is held.
func (h *Holder[In, Out]) OnComplete() { h.finish(nil) }

func (h *Holder[In, Out]) finish(err error) {
	if h.last || h.Closed() {
		if err != nil && !h.Left() {
			h.Outlet.Run().Undeliverable(err)
		}
		return
	}
	h.last, h.err = true, err
	h.Ready()
}

// Run does one pass: see [scheduler.Head].
func (h *Holder[In, Out]) Run(n int) (emitted int, again bool) {
	if h.Interrupted() {
		return 0, false
	}
	h.paused = false
	emitted, more := h.self.Flush(h.Allowed(n))
	switch {
	case h.Interrupted():
		return emitted, false
	case more:
		return emitted, h.Demand() > 0 && !h.paused
	case h.last:
		h.End(h.err)
		return emitted, false
	}
	h.Refill()
	return emitted, false
}

// Pause says in Flush that what the stage still holds waits for its time: there
// need be no other pass until the stage is marked.
func (h *Holder[In, Out]) Pause() { h.paused = true }

// Enough cancels upstream: the stage takes no more, and emits what it holds.
func (h *Holder[In, Out]) Enough() {
	if h.leave() && !h.last {
		h.up.Cancel()
	}
}

// Abandon cancels upstream and lets go of what is held.
func (h *Holder[In, Out]) Abandon(reason flow.Reason) {
	h.Enough()
	h.self.Clear(reason)
}

// FailAt ends the stream because a user's function that consumes its element
// failed: it hands on the elements before that, cancels upstream, lets go of
// the input behind it, and signals the error. The element itself is counted;
// the function has it.
func (h *Holder[In, Out]) FailAt(before []Out, behind []In, err error) {
	h.Lost(flow.Failed, 1)
	defer func() { // also if the code below does not return
		h.Let(behind, flow.Failed)
		h.StopWith(err)
	}()
	h.Emit(before)
}

// StopWith ends the stream with err at once: it cancels upstream, and lets go of
// what is held.
func (h *Holder[In, Out]) StopWith(err error) {
	h.Abandon(flow.Failed)
	h.End(err)
}

// Let lets go of elements that the stage has not looked at.
func (h *Holder[In, Out]) Let(vs []In, reason flow.Reason) {
	h.Lost(reason, int64(len(vs)))
	Tell(h.release, vs, reason)
}

// Releaser returns the function that tells an element that the stage lets go
// of it, or nil where elements need not be told.
func (h *Holder[In, Out]) Releaser() func(In, flow.Reason) { return h.release }
