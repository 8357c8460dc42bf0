package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// vigil is a head on the island of a connection that ends it when it has been
// without a subscriber for the time of its grace.
type vigil[T any] struct {
	scheduler.Handle
	of       *connection[T]
	deadline stage.Deadline
}

// begin starts the vigil of c. Marks that came before are kept.
func (v *vigil[T]) begin(ctx context.Context, c *connection[T]) {
	v.of = c
	v.Bind(ctx, v)
	v.Start()
}

// Run disconnects when the time has come. There is no grace for a graph that
// drains, and where the context has ended upstream may not know.
func (v *vigil[T]) Run(int) (emitted int, again bool) {
	if v.Closed() {
		return 0, false
	}
	now := flow.Now()
	over, idle, until := v.of.state(v.Events() != 0)
	switch {
	case over:
		v.close()
	case !idle:
		v.deadline.Clear()
	case v.Events() != 0:
		v.of.disconnect(true)
	default:
		v.deadline.Set(&v.Handle, until, now)
		if v.deadline.Due(&v.Handle, now) {
			v.of.disconnect(true)
		}
	}
	if v.Events() != 0 {
		v.close()
	}
	return 0, false
}

func (v *vigil[T]) close() {
	v.deadline.Stop()
	v.Close()
}

// Halt does nothing: there is no call to interrupt.
func (*vigil[T]) Halt() {}

// Node describes the connection.
func (v *vigil[T]) Node() *flow.Node { return v.of.of.Node() }

// Meter is none: a vigil has no elements.
func (*vigil[T]) Meter() *scheduler.Meter { return nil }

// state says what has become of the connection, which has no grace any more if
// hasty is set.
func (c *connection[T]) state(hasty bool) (over, idle bool, until int64) {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	if hasty {
		c.grace = 0
	}
	return c.over, c.idle, c.until
}
