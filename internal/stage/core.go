package stage

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/scheduler"
)

// Core is what all heads with a subscriber have in common: the count of its
// demand, and the answer to what happens to the subscription from outside. A
// head embeds it, and implements Run and [Abandoner].
type Core[T any] struct {
	scheduler.Handle
	Outlet[T]
	demand demand.Counter
}

// Abandoner is a head that can be ended from outside.
type Abandoner interface {
	scheduler.Head
	// Abandon cancels the head's upstreams and lets go of what it holds. The
	// end is signalled after it.
	Abandon(reason flow.Reason)
}

// Begin hands the subscription to the subscriber and starts the head, which
// embeds c. Its first pass comes without demand.
func (c *Core[T]) Begin(ctx context.Context, node *flow.Node, down flow.Subscriber[T], head Abandoner, sub flow.Subscription) {
	c.Connect(ctx, node, down)
	c.Bind(ctx, head)
	c.Ready()
	c.Accept(sub)
	c.Start()
}

// Request adds demand.
func (c *Core[T]) Request(n int64) {
	if n < 1 {
		c.Post(scheduler.Invalid)
		return
	}
	c.Wanted(n)
	c.Want(n)
}

// Want is Request where something else is counted as demand.
func (c *Core[T]) Want(n int64) {
	c.demand.Add(n)
	c.Ready() // also when there was demand: the head may just have looked
}

// Cancel ends the stream in silence.
func (c *Core[T]) Cancel() { c.Post(scheduler.Cancelled) }

// Demand returns how many elements may be emitted now.
func (c *Core[T]) Demand() int64 { return c.demand.Load() }

// Allowed returns how many elements a pass may emit that may emit n.
func (c *Core[T]) Allowed(n int) int { return int(min(int64(n), c.demand.Load())) }

// Emit hands vs on, for which there is demand.
func (c *Core[T]) Emit(vs []T) {
	c.demand.Sub(int64(len(vs)))
	c.Batch(vs)
}

// Interrupted reports whether the head has ended, and ends it if an event from
// outside asks for that.
func (c *Core[T]) Interrupted() bool {
	ev := c.Events() &^ scheduler.Draining
	switch {
	case c.Closed():
	case ev == 0:
		return false
	case ev&scheduler.Cancelled != 0:
		c.abandon(flow.Cancelled)
		c.Quit()
	case ev&scheduler.Ended != 0:
		c.abandon(flow.Failed)
		c.Fail(c.Cause())
	default:
		c.abandon(flow.Failed)
		c.Fail(&flow.StageError{Stage: c.Name(), Err: flow.ErrInvalidDemand})
	}
	return true
}

// abandon ends the head without a signal.
func (c *Core[T]) abandon(reason flow.Reason) {
	c.Head().(Abandoner).Abandon(reason)
	c.Close()
}

// End signals the end of the stream: completion, or err if it is not nil. It
// does not complete when the context has ended, since stages below may have let
// go of elements.
func (c *Core[T]) End(err error) {
	if err == nil && c.Events()&scheduler.Ended != 0 {
		err = c.Cause()
	}
	c.Close()
	if err != nil {
		c.Fail(err)
	} else {
		c.Complete()
	}
}
