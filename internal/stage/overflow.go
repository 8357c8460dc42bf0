package stage

import (
	"context"
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Overflow is a bounded queue between two islands whose upstream does not
// listen to demand: it is never held up, and a strategy decides about the
// elements for which there is no room.
type Overflow[T any] struct {
	Core[T] // on the downstream island
	release func(T, flow.Reason)
	out     []T // the batch that is being handed on

	feeder *scheduler.Meter // counts on the upstream island

	mu       sync.Mutex
	strategy flow.Overflow
	ring     []T // allocated with the first element
	capacity int
	first    int // oldest element in ring
	count    int
	cut      bool // downstream has left: nothing is taken any more
	last     bool // upstream has ended
	err      error
	up       flow.Subscription
}

// Open makes an island for the upstream and connects both sides.
func (b *Overflow[T]) Open(ctx context.Context, node *flow.Node, src flow.Publisher[T], down flow.Subscriber[T], capacity int, strategy flow.Overflow) {
	b.capacity, b.strategy = capacity, strategy
	b.release = flow.ReleaseFunc[T]()
	b.Connect(ctx, node, down)
	b.Bind(ctx, b)
	b.Accept(b)
	b.Start()
	upstream := scheduler.Fork(ctx)
	if b.Meter() != nil {
		b.feeder = scheduler.NewFeeder(upstream, b.Meter())
	}
	src.Subscribe(upstream, &overflowInlet[T]{queue: b})
}

// Cancel ends the stream in silence.
func (b *Overflow[T]) Cancel() {
	b.sever()
	b.Core.Cancel()
}

// sever cancels the upstream, once.
func (b *Overflow[T]) sever() {
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
	vs, held, last, err := b.take(b.Allowed(n))
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

// take removes the n oldest elements, if there are so many.
func (b *Overflow[T]) take(n int) (vs []T, held int, last bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	vs = b.out[:0]
	for range min(n, b.count) {
		vs = append(vs, b.pop())
	}
	b.out = vs
	return vs, b.count, b.last, b.err
}

// pop removes the oldest element. The lock is held.
func (b *Overflow[T]) pop() T {
	var zero T
	v := b.ring[b.first]
	b.ring[b.first] = zero
	b.first = (b.first + 1) % b.capacity
	b.count--
	return v
}

// Abandon cuts the queue off and empties it.
func (b *Overflow[T]) Abandon(reason flow.Reason) {
	b.sever()
	vs, _, _, _ := b.take(b.capacity)
	b.let(vs, reason)
}

// let accounts for elements that are not handed on, and tells them.
func (b *Overflow[T]) let(vs []T, reason flow.Reason) {
	b.Lost(reason, int64(len(vs)))
	if b.release != nil {
		for _, v := range vs {
			b.release(v, reason)
		}
	}
}

// overflowInlet is the upstream side of an [Overflow].
type overflowInlet[T any] struct {
	Inner
	queue *Overflow[T]
	one   [1]T
	lost  []T // for which there was no room, in one call
}

// Quit counts the last elements.
func (i *overflowInlet[T]) Quit() {
	if i.queue.feeder != nil {
		i.queue.feeder.End()
	}
}

func (i *overflowInlet[T]) OnSubscribe(sub flow.Subscription) {
	b := i.queue
	b.mu.Lock()
	refuse := b.up != nil || b.cut
	if b.up == nil {
		b.up = sub
	}
	b.mu.Unlock()
	if refuse {
		sub.Cancel()
		return
	}
	sub.Request(flow.Unbounded)
}

func (i *overflowInlet[T]) OnNext(v T) {
	i.one[0] = v
	i.OnNextBatch(i.one[:])
}

func (i *overflowInlet[T]) OnNextBatch(vs []T) {
	b := i.queue
	if b.feeder != nil {
		b.feeder.In += int64(len(vs))
	}
	reason := i.push(vs)
	b.let(i.lost, reason)
	clear(i.lost)
	b.Ready()
}

// push puts vs into the queue, collects what is lost, and says why it is.
func (i *overflowInlet[T]) push(vs []T) flow.Reason {
	b := i.queue
	i.lost = i.lost[:0]
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cut || b.last {
		i.lost = append(i.lost, vs...)
		return flow.Cancelled
	}
	if b.ring == nil {
		b.ring = make([]T, b.capacity)
	}
	for k, v := range vs {
		if b.count == b.capacity {
			switch b.strategy {
			case flow.DropIncoming:
				i.lost = append(i.lost, v)
				continue
			case flow.Fail:
				i.lost = append(i.lost, vs[k:]...)
				i.overflow()
				return flow.DroppedNew
			default:
				i.lost = append(i.lost, b.pop())
			}
		}
		b.ring[(b.first+b.count)%b.capacity] = v
		b.count++
	}
	return b.reason()
}

func (b *Overflow[T]) reason() flow.Reason {
	switch b.strategy {
	case flow.DropIncoming:
		return flow.DroppedNew
	case flow.Latest:
		return flow.Replaced
	default:
		return flow.DroppedOld
	}
}

// overflow ends the stream behind what is held. The lock is held; Cancel only
// marks the head of the upstream.
func (i *overflowInlet[T]) overflow() {
	b := i.queue
	b.last = true
	b.err = &flow.StageError{Stage: b.Name(), Err: flow.ErrOverflow}
	if b.Meter() != nil {
		b.Meter().Failed(flow.OverflowError)
	}
	b.up.Cancel()
}

func (i *overflowInlet[T]) OnError(err error) {
	if err == nil {
		err = errNilError
	}
	i.end(err)
}

func (i *overflowInlet[T]) OnComplete() { i.end(nil) }

func (i *overflowInlet[T]) end(err error) {
	b := i.queue
	if b.feeder != nil {
		b.feeder.End()
	}
	b.mu.Lock()
	late := b.last || b.cut
	if !b.last {
		b.last, b.err = true, err
	}
	b.mu.Unlock()
	if late && err != nil {
		b.Outlet.Run().Undeliverable(err)
	}
	b.Ready()
}
