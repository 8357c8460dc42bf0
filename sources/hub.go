package sources

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Hub is a hot publisher: any number of goroutines give it elements with
// [Hub.Emit], and each subscriber gets those that come while it is there.
// Others call it a subject. Make one with [NewHub], [NewReplayHub] or
// [NewStateHub].
type Hub[T any] struct {
	hubEntrance[T]
	core stage.Hub[T]
}

// NewHub returns a hub without subscribers, which come and go at any time. Each
// has a queue of its own for capacity elements, and the strategy says what
// happens to an element for which there is no room in it: with [flow.Block],
// [Hub.Emit] waits, and the slowest subscriber governs; with [flow.Fail], the
// subscriber that is too slow gets an error and is out; with the others it
// loses elements. [Hub.With] gives some subscribers another queue.
//
//	Emit           --1--2-----3--4--|
//	NewHub(2, flow.DropOldest)
//	a              --1--2-----3--4--|
//	b, late        --------^--3--4--|
//
// All subscribers get the elements in the same order. One that subscribes
// inside a stream, behind a stage that puts off its subscription such as
// operators.Merge, gets what comes after its first pass.
//
// Demand: whoever emits does not know of it, but for Emit that waits.
//
// Buffer: at most capacity elements for each subscriber; [flow.Latest] keeps
// one, so its capacity must be 1.
//
// Errors: the error of [Hub.Fail], after the elements before it. With
// [flow.Fail] a subscriber without room gets an error that wraps
// [flow.ErrOverflow], after the elements before it.
//
// Ends: completes when the hub is told Complete and the subscriber has what is
// held for it; when the graph of a subscriber drains, its stream completes in
// the same way. Panics if capacity is less than 1, if the strategy is unknown,
// or if elements are a [flow.Releaser] and not a [flow.Forker].
func NewHub[T any](capacity int, strategy flow.Overflow, opts ...Option) *Hub[T] {
	return newHub[T]("hub", "sources.NewHub", 0, false, capacity, strategy, opts)
}

// NewReplayHub is [NewHub], and keeps the last n elements: a new subscriber
// gets those first. It does so also after the end, and the end after them.
// [WithMaxAge] bounds the time for which they are kept, too.
//
//	Emit           --1--2--3-----4--|
//	NewReplayHub(2, 8, flow.Block)
//	late           ----------^23-4--|
//
// Demand: whoever emits does not know of it, but for Emit that waits.
//
// Buffer: the last n elements, and for each subscriber capacity elements, or
// those n when they are more.
//
// Errors: as those of [NewHub].
//
// Ends: as that of [NewHub]. Panics if n or capacity is less than 1, if the
// strategy is unknown, or if elements are a [flow.Releaser].
func NewReplayHub[T any](n, capacity int, strategy flow.Overflow, opts ...Option) *Hub[T] {
	stage.Require(n > 0, "sources.NewReplayHub: %d elements to keep, must be at least 1", n)
	return newHub[T]("replayhub", "sources.NewReplayHub", n, false, capacity, strategy, opts)
}

// WithMaxAge lets the hub of [NewReplayHub] keep an element no longer than the
// time d. A subscriber that comes in the very moment still gets it.
func WithMaxAge(d time.Duration) Option {
	stage.Require(d > 0, "sources.WithMaxAge: time %v, must be positive", d)
	return func(c *stage.Config) { c.MaxAge = d }
}

// WithStartAfter lets a hub take no element before it has had n subscribers at
// once: [Hub.Emit] waits for them, whatever the strategy, and [Hub.TryEmit]
// returns Full. From then on they come and go. It is an option of [NewHub] and
// [NewReplayHub].
func WithStartAfter(n int) Option {
	stage.Require(n > 0, "sources.WithStartAfter: %d subscribers, must be at least 1", n)
	return func(c *stage.Config) { c.Start = n }
}

func newHub[T any](kind, function string, keep int, forget bool, capacity int, strategy flow.Overflow, opts []Option) *Hub[T] {
	h := &Hub[T]{}
	h.hubEntrance = newEntrance(function, stage.NewBlueprint(kind, nil, opts), h, keep, capacity, strategy)
	h.core.Init(function, keep, forget, nil)
	c := stage.Configure(opts)
	h.core.MaxAge(c.MaxAge)
	h.core.StartAfter(c.Start)
	return h
}

// Emit gives v to all subscribers and says what became of it. It waits while a
// subscriber has no room whose strategy is [flow.Block], or too few have come
// for [WithStartAfter], unless ctx ends: then v is not taken, and the result is
// Full. Do not call it inside a stream that the hub feeds and that is to block
// it.
//
// The results are Accepted where all subscribers have v; Displaced where one of
// them has lost another element for it; Partial where some have it, and Dropped
// where none has it for lack of room; Unheard where there is no subscriber; Full
// and Closed where v was not taken, and still belongs to the caller.
func (h *Hub[T]) Emit(ctx context.Context, v T) Emission {
	if ctx == nil {
		panic("sources.Hub.Emit: nil Context")
	}
	return emission(h.core.Emit(ctx, v))
}

// TryEmit is [Hub.Emit], and does not wait: where it would have to, the result
// is Full.
func (h *Hub[T]) TryEmit(v T) Emission { return emission(h.core.Emit(nil, v)) } //nolint:staticcheck // nil says that it does not wait

func emission(o stage.Offered) Emission {
	switch {
	case o.Shut:
		return Closed
	case o.Refused:
		return Full
	case o.Lines == 0:
		return Unheard
	case o.Missed == o.Lines:
		return Dropped
	case o.Missed > 0:
		return Partial
	case o.Displaced > 0:
		return Displaced
	}
	return Accepted
}

// Complete ends the streams of all subscribers behind what they hold, and those
// of subscribers to come.
func (h *Hub[T]) Complete() { h.core.Shut(nil) }

// Fail is [Hub.Complete] with an error. It reports whether the hub was open: an
// error that comes after the end is not delivered.
func (h *Hub[T]) Fail(err error) bool {
	if err == nil {
		err = errNilFail
	}
	return h.core.Shut(err)
}

// Subscribe lets a subscriber in: it gets what is emitted from here on, and
// before that what the hub keeps.
func (h *Hub[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	h.hubEntrance.Subscribe(ctx, down)
}

// Subscribers returns how many subscribers get the next element.
func (h *Hub[T]) Subscribers() int { return len(h.core.Lines()) }

// With returns a publisher whose subscribers are those of the hub, but for the
// capacity and the strategy of their queues.
func (h *Hub[T]) With(capacity int, strategy flow.Overflow, opts ...Option) flow.Publisher[T] {
	e := newEntrance("sources.Hub.With", stage.NewBlueprint(h.Node().Kind, nil, opts), h, h.keep, capacity, strategy)
	return &e
}

// hubEntrance is where subscribers with the same kind of queue come in.
type hubEntrance[T any] struct {
	stage.Blueprint
	hub      *Hub[T]
	keep     int
	capacity int
	strategy flow.Overflow
}

func newEntrance[T any](function string, b stage.Blueprint, h *Hub[T], keep, capacity int, strategy flow.Overflow) hubEntrance[T] {
	stage.RequireQueue(function, capacity, strategy)
	e := hubEntrance[T]{b, h, keep, capacity, strategy}
	n := e.Node()
	n.Capacity, n.Strategy = int64(capacity+keep), strategy
	return e
}

func (e *hubEntrance[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, e.Node(), down)
	l := new(stage.Line[T])
	l.Prepare(ctx, e.Node(), down, e.capacity, e.strategy, true)
	e.hub.core.Join(l)
	l.Open()
}
