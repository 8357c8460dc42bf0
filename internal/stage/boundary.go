package stage

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/ring"
	"github.com/weirgo/weir/scheduler"
)

// Boundary is a bounded queue between two islands. The upstream island pushes
// into it (it is a subscriber there), the downstream island takes from it (it
// is a head there). Demand crosses it as prefetch, or exactly as it is.
type Boundary[T any] struct {
	Core[T]       // on the downstream island
	asked   int64 // requested upstream and not yet taken from the queue
	release func(T, flow.Reason)
	exact   bool // demand goes up as it is, at most the capacity at a time
	wipe    bool
	near    bool // the elements arrive on the downstream island
	emits   bool // it is emitting: what arrives meanwhile waits
	in      One[T]

	up     flow.Subscription
	err    error      // with which upstream ended; set before last
	sweeps sync.Mutex // whoever empties the queue after the cut
	swept  bool       // the downstream island will not touch the queue again

	// What the upstream island reads for each batch, a cache line behind what
	// the downstream island writes.
	queue  ring.SPSC[T]
	state  atomic.Uint32    // of both sides, as below
	feeder *scheduler.Meter // counts on the upstream island
}

const (
	joined uint32 = 1 << iota // up is set
	cut                       // downstream has left: nothing is taken any more
	gone                      // upstream has been cancelled
	last                      // upstream has ended
)

func (b *Boundary[T]) is(bit uint32) bool { return b.state.Load()&bit != 0 }

// Open makes an island for the upstream and connects both sides. With exact,
// the upstream may be a publisher from elsewhere.
func (b *Boundary[T]) Open(ctx context.Context, node *flow.Node, src flow.Publisher[T], down flow.Subscriber[T], capacity int, exact bool) {
	b.queue.Init(capacity)
	b.exact = exact
	b.release = flow.ReleaseFunc[T]()
	b.wipe = HasPointers[T]()
	b.Connect(ctx, node, down)
	b.Bind(ctx, b)
	b.Accept(b)
	b.Start()
	upstream := scheduler.Fork(ctx)
	b.FedFrom(upstream)
	src.Subscribe(upstream, (*inlet[T])(b))
}

// Shorten lets elements that arrive from now on pass the queue by, when that is
// empty, if they arrive on the downstream island. Call it there where they do.
func (b *Boundary[T]) Shorten(upstream context.Context) { b.near = b.Beside(upstream) }

// FedFrom says on which island the elements arrive.
func (b *Boundary[T]) FedFrom(upstream context.Context) {
	if b.Meter() != nil {
		b.feeder = scheduler.NewFeeder(upstream, b.Meter())
	}
}

// Cancel ends the stream in silence.
func (b *Boundary[T]) Cancel() {
	b.sever()
	b.Core.Cancel()
}

// sever cancels the upstream, once, also if it has yet to introduce itself.
func (b *Boundary[T]) sever() {
	b.state.Or(cut)
	if b.is(joined) && !b.is(last) && b.state.Or(gone)&gone == 0 {
		b.up.Cancel()
	}
}

// Run does one pass: see [scheduler.Head].
func (b *Boundary[T]) Run(n int) (emitted int, again bool) {
	if b.Interrupted() {
		return 0, false
	}
	ended := b.is(last) // before the queue: what came before the end is seen
	vs := b.queue.Peek(b.Allowed(n))
	if len(vs) > 0 {
		b.queue.Take(len(vs))
		b.hand(vs)
		b.queue.Free(b.wipe)
		if b.Interrupted() {
			return len(vs), false
		}
	}
	held := b.queue.Len()
	if m := b.Meter(); m != nil {
		m.Buffered(int64(held))
	}
	switch {
	case !ended:
		b.ask()
	case held == 0:
		b.emptied()
		b.End(b.err)
		return len(vs), false
	}
	return len(vs), held > 0 && b.Demand() > 0
}

// hand emits vs, for which there is demand.
func (b *Boundary[T]) hand(vs []T) {
	b.asked -= int64(len(vs))
	b.emits = true
	b.Emit(vs)
	b.emits = false
}

// direct hands vs on at once, if nothing is before them and they are demanded.
func (b *Boundary[T]) direct(vs []T) bool {
	n := int64(len(vs))
	if b.emits || b.Events() != 0 || b.Closed() || b.is(last) || n > b.asked || n > b.Demand() || b.queue.Len() > 0 {
		return false
	}
	b.hand(vs)
	if b.Events() == 0 && !b.is(last) {
		b.ask()
	}
	return true
}

// ask requests from the upstream what is missing, when that is a good part of
// the queue, or nothing else is on its way.
func (b *Boundary[T]) ask() {
	if !b.is(joined) {
		return
	}
	want := int64(b.queue.Cap())
	enough := max(1, want*3/4) // to be worth a request
	if b.exact {
		want = min(want, b.Demand())
	}
	if want -= b.asked; want >= enough || (b.exact && want > 0 && b.asked < enough) {
		b.asked += want
		b.up.Request(want)
	}
}

// Abandon cuts the queue off and empties it.
func (b *Boundary[T]) Abandon(reason flow.Reason) {
	b.sever()
	b.sweeps.Lock()
	b.swept = true
	b.sweep(reason)
	b.sweeps.Unlock()
	b.emptied()
}

// emptied tells the upstream, where that wants to know, that all it has sent
// before its end has been handed on or let go.
func (b *Boundary[T]) emptied() {
	if !b.is(last) {
		return
	}
	if up, ok := b.up.(interface{ Emptied() }); ok {
		up.Emptied()
	}
}

// sweep lets go of what is in the queue. The lock is held.
func (b *Boundary[T]) sweep(reason flow.Reason) {
	for vs := b.queue.Peek(b.queue.Cap()); len(vs) > 0; vs = b.queue.Peek(b.queue.Cap()) {
		b.queue.Take(len(vs))
		b.Lost(reason, int64(len(vs)))
		Tell(b.release, vs, reason)
	}
	b.queue.Free(b.wipe)
}

// inlet is the upstream side of a boundary.
type inlet[T any] Boundary[T]

func (*inlet[T]) native() {}

// Halted does nothing: the boundary is told itself.
func (*inlet[T]) Halted() {}

// Quit counts the last elements.
func (i *inlet[T]) Quit() {
	if i.feeder != nil {
		i.feeder.End()
	}
}

func (i *inlet[T]) OnSubscribe(sub flow.Subscription) {
	b := (*Boundary[T])(i)
	if b.up != nil {
		sub.Cancel()
		return
	}
	b.up = sub
	b.state.Or(joined)
	if b.is(cut) {
		b.sever()
		return
	}
	b.Ready() // to ask for elements
}

func (i *inlet[T]) OnNext(v T) {
	b := (*Boundary[T])(i)
	if b.feeder != nil {
		b.feeder.Received(1)
	}
	switch {
	case b.near && b.direct(b.in.One(v)):
	case b.is(last) || !b.queue.Push1(v):
		b.overrun([]T{v})
	default:
		b.pushed()
	}
}

func (i *inlet[T]) OnNextBatch(vs []T) {
	b := (*Boundary[T])(i)
	if b.feeder != nil {
		b.feeder.Received(int64(len(vs)))
	}
	switch {
	case b.near && b.direct(vs):
	case b.is(last) || !b.queue.Push(vs):
		b.overrun(vs)
	default:
		b.pushed()
	}
}

func (b *Boundary[T]) pushed() {
	if !b.is(cut) {
		b.Ready()
		return
	}
	// The downstream island empties the queue when it learns of the cut. If it
	// has done so before this push, nobody else will come.
	b.sweeps.Lock()
	if b.swept {
		b.sweep(flow.Cancelled)
	}
	b.sweeps.Unlock()
}

// overrun answers an upstream that sent more than was requested, or went on
// after the end.
func (b *Boundary[T]) overrun(vs []T) {
	b.Lost(flow.AfterEnd, int64(len(vs)))
	Tell(b.release, vs, flow.AfterEnd)
	if b.is(last) {
		return
	}
	b.sever()
	b.end(&flow.StageError{Stage: b.Name(), Err: errOverrun})
}

var errOverrun = fmt.Errorf("%w: more elements than were requested (rule 1.1)", flow.ErrProtocol)

func (i *inlet[T]) OnError(err error) {
	if err == nil {
		err = errNilError
	}
	(*Boundary[T])(i).end(err)
}

func (i *inlet[T]) OnComplete() { (*Boundary[T])(i).end(nil) }

func (b *Boundary[T]) end(err error) {
	if b.feeder != nil {
		b.feeder.End()
	}
	if b.is(last) {
		if err != nil {
			b.Outlet.Run().Undeliverable(err)
		}
		return
	}
	b.err = err
	b.state.Or(last)
	b.Ready()
}
