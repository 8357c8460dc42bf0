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
	// OnDropped gets the elements that the strategy drops, instead of their
	// release, if it is not nil.
	OnDropped func(v T, reason flow.Reason)
	// Merge makes one of the newest element that is held and the one that has
	// no room, if it is not nil. The strategy then does not matter.
	Merge func(pending, v T) T

	Core[T] // on the downstream island
	brake
	release func(T, flow.Reason)
	out     []T // the batch that is being handed on

	feeder *scheduler.Meter // counts on the upstream island

	mu       sync.Mutex
	strategy flow.Overflow
	ring     Ring[T]
	cut      bool // downstream has left: nothing is taken any more
	last     bool // upstream has ended
	err      error
	up       flow.Subscription
}

// Open makes an island for the upstream and connects both sides.
func (b *Overflow[T]) Open(ctx context.Context, node *flow.Node, src flow.Publisher[T], down flow.Subscriber[T], capacity int, strategy flow.Overflow) {
	b.ring.Size, b.strategy = capacity, strategy
	b.release = flow.ReleaseFunc[T]()
	b.Connect(ctx, node, down)
	b.Bind(ctx, b)
	b.Accept(b)
	b.Start()
	upstream := scheduler.Fork(ctx)
	if b.Meter() != nil {
		b.feeder = scheduler.NewFeeder(upstream, b.Meter())
	}
	i := overflowInlet[T]{queue: b}
	if b.Merge != nil {
		src.Subscribe(upstream, &conflateInlet[T]{i})
	} else {
		src.Subscribe(upstream, &i)
	}
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
	vs = b.ring.Take(b.out[:0], n)
	b.out = vs
	return vs, b.ring.Len(), b.last, b.err
}

// Abandon cuts the queue off and empties it.
func (b *Overflow[T]) Abandon(reason flow.Reason) {
	b.sever()
	vs, _, _, _ := b.take(b.ring.Size)
	b.let(vs, reason)
}

// let accounts for elements that are not handed on, and tells them.
func (b *Overflow[T]) let(vs []T, reason flow.Reason) {
	b.Lost(reason, int64(len(vs)))
	Tell(b.release, vs, reason)
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
		b.feeder.Received(int64(len(vs)))
	}
	over, full := i.push(vs)
	b.Ready()
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
		return true, false
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
			}
		}
		b.ring.Push(v)
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
