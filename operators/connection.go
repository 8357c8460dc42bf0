package operators

import (
	"context"
	"sync"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// sharing is what the subscribers of a shared publisher have in common.
type sharing[T any] struct {
	stage.Blueprint // of the connection
	function        string
	src             flow.Publisher[T]
	capacity        int
	strategy        flow.Overflow
	keep            int           // elements for late subscribers
	age             time.Duration // of those, at most
	replay          bool          // a connection that has ended serves them still

	mu  sync.Mutex
	now *connection[T] // which subscribers join
}

func newSharing[T any](function string, src flow.Publisher[T], keep int, age time.Duration, capacity int, strategy flow.Overflow) *sharing[T] {
	stage.Require(src != nil, "%s: nil source", function)
	stage.RequireQueue(function, capacity, strategy)
	s := &sharing[T]{
		Blueprint: stage.NewBlueprint("multicast", src, nil), function: function, src: stage.Adapt(src),
		capacity: capacity, strategy: strategy, keep: keep, age: age, replay: keep > 0,
	}
	s.now = s.connection() // which panics where elements cannot be shared
	return s
}

// blueprint describes the queues of subscribers.
func (s *sharing[T]) blueprint(kind string, opts []Option) stage.Blueprint {
	b := stage.NewBlueprint(kind, s.Node(), opts)
	n := b.Node()
	n.Capacity, n.Strategy, n.Boundary = int64(s.capacity+s.keep), s.strategy, true
	return b
}

func (s *sharing[T]) connection() *connection[T] {
	c := &connection[T]{of: s}
	c.hub.Init(s.function, s.keep, false, c)
	c.hub.MaxAge(s.age)
	return c
}

// plan says when subscribers connect, and what then ends the connection.
type plan struct {
	at      int           // so many connect; 0 if somebody else does that
	counted bool          // it ends with the last of them
	grace   time.Duration // so much later
}

// join adds a subscriber, and connects if the plan says so.
func (s *sharing[T]) join(ctx context.Context, node *flow.Node, down flow.Subscriber[T], how plan) {
	ctx = stage.Enter(ctx, node, down)
	run := scheduler.RunOf(ctx)
	l := new(stage.Line[T])
	l.Prepare(ctx, node, down, s.capacity, s.strategy, false)
	now := flow.Now()
	s.mu.Lock()
	late := s.now
	if late != nil && late.idle && !late.over && late.until < now {
		late.retire(false) // its island is busy, and will hear of that later
	} else {
		late = nil
	}
	if s.now == nil {
		s.now = s.connection()
	}
	c := s.now
	connect := c.hub.Join(l) >= how.at && how.at > 0 && !c.started && !c.over
	if connect {
		c.started, c.counted, c.grace = true, how.counted, how.grace
	}
	c.idle = false
	if c.run != nil {
		run.Share(c.run, c.isOver)
	}
	s.mu.Unlock()
	if late != nil {
		late.sever()
	}
	l.Open()
	if connect {
		c.start(run.Common(), run)
	} else {
		c.Freed()
	}
}

// connection is one subscription of upstream, and those who share it.
type connection[T any] struct {
	stage.Inner
	of    *sharing[T]
	hub   stage.Hub[T]
	up    stage.Upstream
	meter *scheduler.Meter
	one   [1]T

	// Guarded by the lock of the sharing.
	run     *scheduler.Run
	cancel  context.CancelFunc // of upstream's functions
	started bool
	counted bool          // ends with its last subscriber
	over    bool          // nobody needs it any more
	grace   time.Duration // for which it lasts without a subscriber
	idle    bool          // it has none
	until   int64         // and lasts until then
	vigil   vigil[T]

	mu     sync.Mutex
	asked  int64 // of upstream, and not come yet
	hungry bool  // somebody has used up what there was
}

// start subscribes to upstream in the run of base. The subscriber that has
// caused it has the run first, or it is nil.
func (c *connection[T]) start(base context.Context, first *scheduler.Run) {
	inner, cancel := context.WithCancel(base)
	ctx := scheduler.Enter(inner)
	c.meter = scheduler.NewMeter(ctx, c.of.Node(), nil)
	c.of.mu.Lock()
	c.run, c.cancel = scheduler.RunOf(ctx), cancel
	if first != nil {
		first.Share(c.run, c.isOver)
	}
	for _, l := range c.hub.Lines() {
		if run := l.Outlet.Run(); run != first {
			run.Share(c.run, c.isOver)
		}
	}
	grace := c.grace > 0
	c.of.mu.Unlock()
	if grace {
		c.vigil.begin(ctx, c)
	}
	stage.Subscribe(ctx, c.of.src, c, c.meter)
	if c.isOver() {
		cancel()
	}
}

func (c *connection[T]) isOver() bool {
	c.of.mu.Lock()
	defer c.of.mu.Unlock()
	return c.over
}

// Freed requests more, if there is room.
func (c *connection[T]) Freed() { c.pull(true) }

// Left ends the connection with its last subscriber, if it is counted, or lets
// the time of grace begin.
func (c *connection[T]) Left(int) {
	c.of.mu.Lock()
	last := c.counted && !c.over && len(c.hub.Lines()) == 0
	waits := last && c.grace > 0
	if waits && !c.idle {
		c.idle, c.until = true, stage.Later(flow.Now(), c.grace)
	}
	c.of.mu.Unlock()
	switch {
	case waits:
		c.vigil.Ready()
	case last:
		c.disconnect(true)
	default:
		c.pull(true)
	}
}

// disconnect cancels upstream, unless that is to depend on there being no
// subscriber and there is one again.
func (c *connection[T]) disconnect(idle bool) {
	c.of.mu.Lock()
	if c.over || idle && len(c.hub.Lines()) > 0 {
		c.of.mu.Unlock()
		return
	}
	c.retire(false)
	c.of.mu.Unlock()
	c.sever()
}

// sever cancels upstream of a connection that is over, and completes its
// subscribers.
func (c *connection[T]) sever() {
	c.of.mu.Lock()
	cancel := c.cancel
	c.of.mu.Unlock()
	c.up.Cancel()
	if cancel != nil {
		cancel()
	}
	c.hub.Shut(nil)
	c.vigil.Ready()
}

// retire lets later subscribers have another connection. The lock of the
// sharing is held.
func (c *connection[T]) retire(replay bool) {
	c.over = true
	if c.of.now == c && !replay {
		c.of.now = nil
	}
}

// OnSubscribe requests as much as all subscribers have room for.
func (c *connection[T]) OnSubscribe(sub flow.Subscription) {
	if c.up.Join(sub) {
		c.pull(true)
	}
}

// pull requests what all subscribers have room for and has not been asked for,
// when that is a good part of their queues, or one of them is hungry and
// nothing is on its way.
func (c *connection[T]) pull(hungry bool) {
	if !c.up.Joined() || c.up.Over() {
		return
	}
	c.mu.Lock()
	c.hungry = c.hungry || hungry
	room, lines := c.hub.Room()
	n := room - c.asked
	switch {
	case c.asked == flow.Unbounded, c.of.strategy == flow.Block && lines == 0:
		n = 0
	case n >= max(1, int64(c.of.capacity)*3/4), c.hungry && c.asked == 0 && n > 0:
		c.asked += n
		c.hungry = false
	default:
		n = 0
	}
	c.mu.Unlock()
	if n > 0 {
		if c.meter != nil {
			c.meter.Requested(n)
		}
		c.up.Request(n)
	}
}

// OnNext is OnNextBatch for one element.
func (c *connection[T]) OnNext(v T) {
	c.one[0] = v
	c.OnNextBatch(c.one[:])
	clear(c.one[:])
}

// OnNextBatch hands vs to all subscribers.
func (c *connection[T]) OnNextBatch(vs []T) {
	if c.up.Over() {
		c.lost(vs, c.up.Reason())
		return
	}
	o := c.hub.Offer(vs)
	if c.meter != nil {
		if o.Lines > 0 {
			c.meter.Out += int64(len(vs))
		} else {
			c.meter.Lost(flow.Cancelled, int64(len(vs)))
		}
	}
	// Only now: what is asked for, or is held, is never counted less than it is.
	c.mu.Lock()
	if c.asked != flow.Unbounded {
		c.asked -= int64(len(vs))
	}
	c.mu.Unlock()
	c.pull(false)
}

// lost lets go of elements that nobody wants any more.
func (c *connection[T]) lost(vs []T, reason flow.Reason) {
	if c.meter != nil {
		c.meter.Lost(reason, int64(len(vs)))
	}
	stage.Tell(flow.ReleaseFunc[T](), vs, reason)
}

// OnError ends all subscribers with err, behind what they hold.
func (c *connection[T]) OnError(err error) {
	if c.up.Fail(err, c.run) {
		c.end(c.up.Err())
	}
	c.Quit()
}

// OnComplete ends all subscribers, behind what they hold.
func (c *connection[T]) OnComplete() {
	if c.up.Complete() {
		c.end(nil)
	}
	c.Quit()
}

func (c *connection[T]) end(err error) {
	c.of.mu.Lock()
	c.retire(c.of.replay)
	c.of.mu.Unlock()
	c.hub.Shut(err)
	c.vigil.Ready()
}

// Quit says that upstream has ended, perhaps when it was cancelled already. It
// is called on its island.
func (c *connection[T]) Quit() {
	c.cancel()
	if c.meter != nil {
		c.meter.End()
	}
}
