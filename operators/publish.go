package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// Connectable is a publisher whose subscribers share one subscription of its
// upstream, which begins with [Connectable.Connect]. Make one with [Publish].
type Connectable[T any] struct {
	stage.Blueprint
	shared *sharing[T]
}

// Publish shares src among any number of subscribers, which come and go. Nothing
// happens before [Connectable.Connect]; all who have subscribed until then get
// all elements, later ones what follows. [RefCount] and [Share] connect by
// themselves.
//
// Each subscriber has a queue of its own for capacity elements, and the strategy
// says what happens to an element for which there is no room in it: with
// [flow.Block], upstream waits, and the slowest subscriber governs; with
// [flow.Fail], the subscriber that is too slow gets an error and is out; with
// the others it loses elements.
//
//	source         --1--2--3--4--|
//	Publish(16, flow.Block)
//	a              --1--2--3--4--|
//	b, late        -------^3--4--|
//
// Demand: with [flow.Block], what all subscribers have room for, again when that
// is three quarters of capacity, or when one has used up what there was; nothing
// while there is no subscriber. With another strategy, unbounded.
//
// Buffer: at most capacity elements for each subscriber; [flow.Latest] keeps
// one, so its capacity must be 1.
//
// Errors: passes upstream's on to all, after the elements before it. With
// [flow.Fail] a subscriber without room gets an error that wraps
// [flow.ErrOverflow], after the elements before it.
//
// Ends: completes all when upstream completes, or when it is disconnected. Who
// subscribes after the end waits for the next Connect. Panics if capacity is
// less than 1, if the strategy is unknown, or if elements are a [flow.Releaser]
// and not a [flow.Forker].
func Publish[T any](src flow.Publisher[T], capacity int, strategy flow.Overflow, opts ...Option) *Connectable[T] {
	s := newSharing("operators.Publish", src, 0, 0, capacity, strategy)
	return &Connectable[T]{s.blueprint("publish", opts), s}
}

// Subscribe adds a subscriber. It does not connect.
func (c *Connectable[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	c.shared.join(ctx, c.Node(), down, plan{})
}

// Connect subscribes upstream, unless it is connected. The connection belongs
// to ctx, and to the graph in it: when that ends, all subscribers get its
// error. disconnect cancels upstream and completes all subscribers behind what
// they hold.
func (c *Connectable[T]) Connect(ctx context.Context) (disconnect func()) {
	if ctx == nil {
		panic("operators.Connectable.Connect: nil Context")
	}
	s := c.shared
	s.mu.Lock()
	if s.now == nil {
		s.now = s.connection()
	}
	now := s.now
	start := !now.started
	now.started = true
	s.mu.Unlock()
	if start {
		now.start(scheduler.Outside(ctx), nil)
	}
	return func() { now.disconnect(false) }
}

// Disconnect does what Connect's disconnect does, whoever has connected. It does
// nothing where there is no connection.
func (c *Connectable[T]) Disconnect() {
	s := c.shared
	s.mu.Lock()
	now := s.now
	connected := now != nil && now.started
	s.mu.Unlock()
	if connected {
		now.disconnect(false)
	}
}

// Share shares src among any number of subscribers: it is [Publish], connected
// by the first subscriber and disconnected when the last one leaves, as
// [RefCount] does it. A late subscriber gets what follows; one that comes after
// the end, or when all have left, begins anew.
//
//	source         ---1--2--3--4--|
//	Share(16, flow.Block)
//	a              ^--1--2--3--4--|
//	b              --------^3--4--|
//
// Demand: as [Publish] has it.
//
// Buffer: at most capacity elements for each subscriber; [flow.Latest] keeps
// one, so its capacity must be 1.
//
// Errors: as [Publish] has it.
//
// Ends: completes all when upstream completes. Panics as [Publish] does.
func Share[T any](src flow.Publisher[T], capacity int, strategy flow.Overflow, opts ...Option) flow.Publisher[T] {
	s := newSharing("operators.Share", src, 0, 0, capacity, strategy)
	return s.counted("share", 1, opts)
}

// WithMaxAge lets [Replay] keep an element no longer than the time d. A
// subscriber that comes in the very moment still gets it.
func WithMaxAge(d time.Duration) Option {
	stage.Require(d > 0, "operators.WithMaxAge: time %v, must be positive", d)
	return func(c *stage.Config) { c.MaxAge = d }
}

// Replay is [Share] that keeps the last n elements: a late subscriber gets
// those first. One that comes after the end gets them too, and the end, error or
// not, for as long as the publisher is used. When all have left before the end,
// the next one begins anew. [WithMaxAge] bounds the time for which elements are
// kept, too.
//
//	source         ---1--2--3--4--|
//	Replay(2, 16, flow.Block)
//	a              ^--1--2--3--4--|
//	b              --------^23-4--|
//	c              -----------------^34|
//
// Demand: as [Publish] has it.
//
// Buffer: the last n elements, and for each subscriber at most n elements more
// than capacity.
//
// Errors: as [Publish] has it; late subscribers get the error too.
//
// Ends: completes all when upstream completes. Panics if n is less than 1, if
// elements are a [flow.Releaser], and as [Publish] does.
func Replay[T any](src flow.Publisher[T], n, capacity int, strategy flow.Overflow, opts ...Option) flow.Publisher[T] {
	stage.Require(n > 0, "operators.Replay: %d elements to keep, must be at least 1", n)
	s := newSharing("operators.Replay", src, n, stage.Configure(opts).MaxAge, capacity, strategy)
	return s.counted("replay", 1, opts)
}
