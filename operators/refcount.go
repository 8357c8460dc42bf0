package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// WithGrace lets the connection of [RefCount], [Share] or [Replay] outlast its
// last subscriber by the time d, for others that come meanwhile. One that comes
// in the very moment still finds it.
//
// Meanwhile upstream emits, and waits, as [Publish] has it without a subscriber.
// A graph waits for the end of that time, unless it drains or its context ends.
// Outside of a graph, the last subscriber to end does not wait for the
// connection; a scheduler without goroutines of its own ends that when there is
// something to run again.
func WithGrace(d time.Duration) Option {
	stage.Require(d > 0, "operators.WithGrace: time %v, must be positive", d)
	return func(c *stage.Config) { c.Grace = d }
}

// RefCount connects src when it has n subscribers, and disconnects it when the
// last of them leaves. The next n subscribers connect it again.
//
//	source         ------1--2--3--|
//	RefCount(2)
//	a              ^-----1--2--3--|
//	b              ---^--1--2--3--|
//
// The connection belongs to the graph of the subscriber that causes it. Outside
// of a graph it has the values of that subscriber's context, and not its end: it
// lasts while there is a subscriber, and the last one to end waits for it.
// [WithGrace] lets it last longer.
//
// Demand: as [Publish] has it.
//
// Buffer: as [Publish] has it.
//
// Errors: as [Publish] has it.
//
// Ends: completes all when upstream completes. Panics if n is less than 1.
func RefCount[T any](src *Connectable[T], n int, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.RefCount: nil source")
	stage.Require(n > 0, "operators.RefCount: %d subscribers, must be at least 1", n)
	return src.shared.counted("refcount", n, opts)
}

// AutoConnect connects src when it has n subscribers, and leaves it connected
// when they leave. After the end of upstream the next n subscribers connect it
// again.
//
//	source         ------1--2--3--4--|
//	AutoConnect(1)
//	a              ^-----1--x
//	b              --------------^4--|
//
// The connection belongs to the graph of the subscriber that causes it. Outside
// of a graph it has the values of that subscriber's context, and not its end,
// and nobody waits for it. [Connectable.Disconnect] ends it.
//
// Demand: as [Publish] has it.
//
// Buffer: as [Publish] has it.
//
// Errors: as [Publish] has it.
//
// Ends: completes all when upstream completes, or when it is disconnected.
// Panics if n is less than 1.
func AutoConnect[T any](src *Connectable[T], n int, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.AutoConnect: nil source")
	stage.Require(n > 0, "operators.AutoConnect: %d subscribers, must be at least 1", n)
	return &refCounted[T]{src.shared.blueprint("autoconnect", opts), src.shared, plan{at: n}}
}

// counted is a publisher that connects with n subscribers, and disconnects with
// the last of them.
func (s *sharing[T]) counted(kind string, n int, opts []Option) flow.Publisher[T] {
	return &refCounted[T]{s.blueprint(kind, opts), s, plan{at: n, counted: true, grace: stage.Configure(opts).Grace}}
}

// refCounted is a publisher that connects by itself.
type refCounted[T any] struct {
	stage.Blueprint
	shared *sharing[T]
	how    plan
}

func (p *refCounted[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	p.shared.join(ctx, p.Node(), down, p.how)
}
