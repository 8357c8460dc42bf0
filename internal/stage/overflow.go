package stage

import (
	"context"
	"sync"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Overflow is a bounded queue between two islands whose upstream does not
// listen to demand: it is never held up, and a strategy decides about the
// elements for which there is no room.
type Overflow[T any] struct {
	// OnDropped gets the elements that the strategy drops, instead of their
	// release, if it is not nil.
	OnDropped func(v T, reason flow.Reason)
	// TTL is how old an element may become while it is held, if it is not 0.
	TTL time.Duration

	Core[T] // on the downstream island
	brake
	release func(T, flow.Reason)
	out     []T // the batch that is being handed on
	stale   []T // elements that became too old before they were handed on

	feeder *scheduler.Meter // counts on the upstream island

	mu       sync.Mutex
	strategy flow.Overflow
	ring     Ring[T]
	since    Ring[int64] // when each of them came, with a TTL
	cut      bool        // downstream has left: nothing is taken any more
	last     bool        // upstream has ended
	err      error
	up       flow.Subscription
}

// Open makes an island for the upstream and connects both sides.
func (b *Overflow[T]) Open(ctx context.Context, node *flow.Node, src flow.Publisher[T], down flow.Subscriber[T], capacity int, strategy flow.Overflow) {
	b.strategy = strategy
	src.Subscribe(b.open(ctx, node, down, capacity), &overflowInlet[T]{overflowEnds: overflowEnds[T]{queue: b}})
}

// open connects the downstream side, and returns the context of the island of
// the upstream.
func (b *Overflow[T]) open(ctx context.Context, node *flow.Node, down flow.Subscriber[T], capacity int) context.Context {
	b.ring.Size, b.since.Size = capacity, capacity
	b.release = flow.ReleaseFunc[T]()
	b.Connect(ctx, node, down)
	b.Bind(ctx, b)
	b.Accept(b)
	b.Start()
	upstream := scheduler.Fork(ctx)
	if b.Meter() != nil {
		b.feeder = scheduler.NewFeeder(upstream, b.Meter())
	}
	return upstream
}

// Halt stops the calls of user functions, here and below: the context has
// ended.
func (b *Overflow[T]) Halt() {
	b.end()
	b.Outlet.Halt()
}

// Cancel ends the stream in silence.
func (b *Overflow[T]) Cancel() {
	b.sever()
	b.Core.Cancel()
}

// sever cancels the upstream, once.
func (b *Overflow[T]) sever() {
	b.leave()
	b.mu.Lock()
	up := b.up
	if b.cut || b.last {
		up = nil
	}
	b.cut = true
	b.mu.Unlock()
	if up != nil {
		up.Cancel()
	}
}

// Run does one pass: see [scheduler.Head].
func (b *Overflow[T]) Run(n int) (emitted int, again bool) {
	if b.Interrupted() {
		return 0, false
	}
	vs, stale, held, last, err := b.take(b.Allowed(n))
	b.let(stale, flow.DroppedOld)
	clear(stale)
	b.Emit(vs)
	clear(vs)
	if b.Interrupted() {
		return len(vs), false
	}
	if m := b.Meter(); m != nil {
		m.Buffered(int64(held))
	}
	if last && held == 0 {
		b.End(err)
		return len(vs), false
	}
	return len(vs), held > 0 && b.Demand() > 0
}

// take removes the n oldest elements, if there are so many, after those that are
// too old.
func (b *Overflow[T]) take(n int) (vs, stale []T, held int, last bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.TTL > 0 {
		stale = b.expire(b.stale[:0], flow.Now())
		b.stale = stale
	}
	vs = b.ring.Take(b.out[:0], n)
	if b.TTL > 0 {
		for range vs {
			b.since.Pop()
		}
	}
	b.out = vs
	return vs, stale, b.ring.Len(), b.last, b.err
}

// expire moves the elements that are too old at the moment now to the end of
// dst. The lock is held.
func (b *Overflow[T]) expire(dst []T, now int64) []T {
	for b.since.Len() > 0 && Later(b.since.Oldest(), b.TTL) < now {
		b.since.Pop()
		dst = append(dst, b.ring.Pop())
	}
	return dst
}

// Abandon cuts the queue off and empties it.
func (b *Overflow[T]) Abandon(reason flow.Reason) {
	b.sever()
	vs, stale, _, _, _ := b.take(b.ring.Size)
	b.let(stale, flow.DroppedOld)
	b.let(vs, reason)
}

// let accounts for elements that are not handed on, and tells them.
func (b *Overflow[T]) let(vs []T, reason flow.Reason) {
	b.Lost(reason, int64(len(vs)))
	Tell(b.release, vs, reason)
}

// overflowInlet is the upstream side of an [Overflow] that drops.
type overflowInlet[T any] struct {
	overflowEnds[T]
	one   [1]T
	lost  []T // for which there was no room, in one call
	stale []T // that were too old
}

func (i *overflowInlet[T]) OnNext(v T) {
	i.one[0] = v
	i.OnNextBatch(i.one[:])
}

func (i *overflowInlet[T]) OnNextBatch(vs []T) {
	b := i.queue
	if b.feeder != nil {
		b.feeder.Received(int64(len(vs)))
	}
	over, full := i.push(vs)
	b.Ready()
	b.let(i.stale, flow.DroppedOld)
	clear(i.stale)
	switch {
	case over:
		b.let(vs, flow.Cancelled)
		return
	case full:
		if b.Meter() != nil {
			b.Meter().Failed(flow.OverflowError)
		}
		b.up.Cancel()
	}
	if len(i.lost) > 0 {
		lost := i.lost
		i.lost = nil // OnDropped may not return
		i.drop(lost, b.reason())
		clear(lost)
		i.lost = lost[:0]
	}
}

// push puts vs into the queue and collects what is dropped. It reports whether
// the queue has been closed before, and whether it is now because it is full.
func (i *overflowInlet[T]) push(vs []T) (over, full bool) {
	b := i.queue
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cut || b.last {
		i.stale = i.stale[:0]
		return true, false
	}
	now := int64(0)
	if b.TTL > 0 {
		now = flow.Now()
		i.stale = b.expire(i.stale[:0], now)
	}
	for k, v := range vs {
		if b.ring.Full() {
			switch b.strategy {
			case flow.DropIncoming:
				i.lost = append(i.lost, v)
				continue
			case flow.Fail:
				i.lost = append(i.lost, vs[k:]...)
				b.last, b.err = true, &flow.StageError{Stage: b.Name(), Err: flow.ErrOverflow}
				return false, true
			default:
				i.lost = append(i.lost, b.ring.Pop())
				if b.TTL > 0 {
					b.since.Pop()
				}
			}
		}
		b.ring.Push(v)
		if b.TTL > 0 {
			b.since.Push(now)
		}
	}
	return false, false
}

// reason is why the strategy drops elements.
func (b *Overflow[T]) reason() flow.Reason {
	switch b.strategy {
	case flow.DropIncoming, flow.Fail:
		return flow.DroppedNew
	case flow.Latest:
		return flow.Replaced
	default:
		return flow.DroppedOld
	}
}

// drop accounts for elements that the strategy drops. They go to the callback,
// or else are told themselves.
func (i *overflowInlet[T]) drop(vs []T, reason flow.Reason) {
	b := i.queue
	if b.OnDropped == nil {
		b.let(vs, reason)
		return
	}
	b.Lost(reason, int64(len(vs)))
	i.tell(vs, reason)
}

// tell gives vs to the callback, one by one, until the stream has ended. A
// panic has nowhere to go, and the next element is not less dropped. Goexit
// ends the pass of the head above for good, and with it the stream.
func (i *overflowInlet[T]) tell(vs []T, reason flow.Reason) {
	b := i.queue
	at, returned := 0, false
	defer func() {
		if returned {
			return
		}
		recovered := recover()
		err := b.Broken(recovered)
		if recovered != nil {
			b.Outlet.Run().Undeliverable(err)
		} else {
			b.leave()
			b.up.Cancel()
			i.end(err)
		}
		i.tell(vs[at:], reason)
	}()
	for at < len(vs) && !b.Stopped() {
		at++
		b.OnDropped(vs[at-1], reason)
	}
	returned = true
	Tell(b.release, vs[at:], reason)
}
