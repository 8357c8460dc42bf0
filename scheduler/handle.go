package scheduler

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// Head is a place where elements of an island start: a source, the consumer
// side of a boundary, a timer, a fan-in.
type Head interface {
	// Run does one pass: it emits at most n elements of what is due and
	// returns how many it emitted and whether it could go on at once. Only the
	// head's island calls it, one head at a time.
	Run(n int) (emitted int, again bool)
	// Halt says, from any goroutine, that the head's context has ended. The
	// event is posted as well; Halt is for what cannot wait until then.
	Halt()
	// Node describes the stage.
	Node() *flow.Node
	// Meter measures the stage, if it is not nil.
	Meter() *Meter
}

// Event is something that happened to a head from outside its island.
type Event uint32

// The events of a head.
const (
	Cancelled Event = 1 << iota // its subscriber left
	Ended                       // its context ended
	Draining                    // its run is asked to stop gracefully
	Invalid                     // its subscriber requested less than one element
)

// The states of a handle. Ready moves it along; only the island moves it back.
const (
	starting      uint32 = iota // OnSubscribe has not returned yet
	startingReady               // and something is due
	parked                      // nothing to do
	queued                      // waits in its island's ready list
	running                     // in Head.Run
	rerun                       // in Head.Run, and marked again meanwhile
	closed                      // will never run again
)

// MaxBatch is the largest number of elements that a pass may emit.
const MaxBatch = 256

// Handle ties a [Head] to its island. Embed it, call Bind when subscribed,
// Start after OnSubscribe has returned, and Close in the Run that ended the
// head.
type Handle struct {
	// What marks it and what runs it lies together: the two are usually on two
	// cores, and what each of them writes has to travel to the other.
	island *Island
	next   *Handle // in the ready list or the local queue
	state  atomic.Uint32
	events atomic.Uint32
	order  uint32 // of registration, where a seed decides
	batch  int16  // how many elements the next pass may emit
	over   bool   // Close was called
	late   bool   // other ready heads are to run first, where a seed decides
	head   Head

	prev   *Handle // in the list of live heads
	follow *Handle
	own    *ownContext // where it is not the island's
}

// ownContext is a context that was derived from the island's.
type ownContext struct {
	context.Context
	unhook func() bool // stops the watch of its end
	batch  int16       // see learn
}

// learn notes with which batch a head of inner streams has ended, for those that
// come after it: short streams need not find out anew. It follows a smaller one
// at once, so that no other head makes slow ones wait for a large batch.
func (c *ownContext) learn(batch int16) { c.batch = max(1, min(batch, 2*c.batch)) }

// Bind makes h the handle of head on the island of ctx, which [Enter] or
// [Fork] returned, and registers it with the run.
func (h *Handle) Bind(ctx context.Context, head Head) {
	h.head, h.batch = head, 1
	h.island = islandOf(ctx)
	r := h.island.run
	switch c := ctx.(type) {
	case *Island:
		if d := c.Done(); d != nil && d != r.done { // Enter was given a derived context
			h.own = &ownContext{Context: ctx}
		}
	case *innerContext:
		h.own = &c.own // shared: the context below it is the island's
		h.batch = max(1, c.own.batch)
	default:
		h.own = &ownContext{Context: ctx}
	}
	r.register(h)
	if h.own == nil {
		return
	}
	if d := ctx.Done(); d == nil || d == r.done {
		return
	}
	if ctx.Err() != nil {
		h.Post(Ended)
	} else {
		h.own.unhook = context.AfterFunc(ctx, func() { h.Post(Ended) })
	}
}

// Beside reports whether ctx is that of a subscription on the head's island.
func (h *Handle) Beside(ctx context.Context) bool { return h.island == islandOf(ctx) }

// Head returns the head that h was bound to.
func (h *Handle) Head() Head { return h.head }

// Start lets the head run. Marks that came before are kept until now.
func (h *Handle) Start() {
	if !h.state.CompareAndSwap(starting, parked) {
		h.state.Store(queued)
		h.island.push(h)
	}
}

// Ready marks the head for a pass. It may be called from anywhere, and does
// nothing after Close.
func (h *Handle) Ready() {
	for {
		switch s := h.state.Load(); s {
		case parked:
			if h.state.CompareAndSwap(parked, queued) {
				h.island.push(h)
				return
			}
		case running, starting:
			if h.state.CompareAndSwap(s, s+1) {
				return
			}
		default:
			return
		}
	}
}

// Post records an event and marks the head.
func (h *Handle) Post(e Event) {
	h.events.Or(uint32(e))
	if e == Ended {
		h.head.Halt()
	}
	h.Ready()
}

// Late lets a [Seeded] scheduler run all else that is ready before the head's
// next pass. Call it inside Run.
func (h *Handle) Late() { h.late = true }

// Events returns the events so far.
func (h *Handle) Events() Event { return Event(h.events.Load()) }

// Cause returns why the head's context ended, or that of its run, or nil. A
// context that was derived from the run's may learn of its end later than the
// head, or never.
func (h *Handle) Cause() error {
	if err := context.Cause(h.Context()); err != nil {
		return err
	}
	return context.Cause(h.island.run.ctx)
}

// Context returns the context of the head's subscription.
func (h *Handle) Context() context.Context {
	if h.own != nil {
		return h.own.Context
	}
	return h.island
}

// name returns the name of the head's stage.
func (h *Handle) name() string { return SiteOf(h.Context()).Name(h.head.Node()) }

// Island returns the head's island.
func (h *Handle) Island() *Island { return h.island }

// Close ends the head. Call it inside Run: the present pass is the last.
func (h *Handle) Close() {
	if h.over {
		return
	}
	h.over = true
	if h.own != nil {
		h.own.learn(h.batch)
		if h.own.unhook != nil {
			h.own.unhook()
		}
	}
	h.island.run.unregister(h)
}

// Closed reports whether Close was called. Only the island may ask.
func (h *Handle) Closed() bool { return h.over }
