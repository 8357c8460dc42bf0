package stage

import (
	"context"
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Line is what one subscriber of a [Hub] has: a bounded queue, and a strategy
// for elements without room. It is a head on the subscriber's island.
type Line[T any] struct {
	Core[T]
	hub      *Hub[T]
	strategy flow.Overflow
	capacity int
	source   bool // nothing above it learns of a drain
	out      []T  // the batch that is being handed on

	mu     sync.Mutex
	ring   Ring[T] // what the hub keeps may come on top of the capacity
	flying int     // being handed on
	untold int     // room of which the hub does not know
	cut    bool    // nothing is taken any more
	last   bool    // the hub or the strategy has ended it
	err    error   // with which
	failed bool    // by the strategy
}

// Prepare connects the line to its subscriber. It then has to [Hub.Join] a hub
// and to Open. source says that it stands for the source of its stream.
func (l *Line[T]) Prepare(ctx context.Context, node *flow.Node, down flow.Subscriber[T], capacity int, strategy flow.Overflow, source bool) {
	l.capacity, l.strategy, l.source = capacity, strategy, source
	l.Connect(ctx, node, down)
	l.Bind(ctx, l)
}

// Open hands the subscription to the subscriber and starts the line.
func (l *Line[T]) Open() {
	l.Accept(l)
	l.Start()
}

// Cancel ends the stream in silence.
func (l *Line[T]) Cancel() {
	l.leave()
	l.Core.Cancel()
}

// leave takes the line out of the hub, once.
func (l *Line[T]) leave() {
	l.mu.Lock()
	was := l.cut
	l.cut = true
	l.mu.Unlock()
	if !was {
		l.hub.leave(l)
	}
}

// Run does one pass: see [scheduler.Head].
func (l *Line[T]) Run(n int) (emitted int, again bool) {
	if l.Interrupted() {
		return 0, false
	}
	if l.source && l.Events()&scheduler.Draining != 0 {
		l.leave()
		l.shut(nil)
	}
	vs, held, last, err := l.take(l.Allowed(n))
	l.Emit(vs)
	clear(vs)
	if l.Interrupted() {
		return len(vs), false
	}
	l.landed()
	if m := l.Meter(); m != nil {
		m.Buffered(int64(held))
	}
	if last && held == 0 {
		l.End(err)
		return len(vs), false
	}
	return len(vs), held > 0 && l.Demand() > 0
}

// take removes the n oldest elements, if there are so many.
func (l *Line[T]) take(n int) (vs []T, held int, last bool, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	vs = l.ring.Take(l.out[:0], n)
	l.out, l.flying = vs, len(vs)
	return vs, l.ring.Len(), l.last, l.err
}

// landed tells the hub of room, when that is a good part of the queue or the
// queue is empty.
func (l *Line[T]) landed() {
	l.mu.Lock()
	l.untold += l.flying
	l.flying = 0
	tell := l.strategy == flow.Block && l.untold > 0 && !l.last && (l.ring.Len() == 0 || l.untold >= l.capacity*3/4)
	if tell {
		l.untold = 0
	}
	l.mu.Unlock()
	if tell || l.hub.waits.Load() > 0 {
		l.hub.freed()
	}
}

// room returns for how many elements there is room. It is less than none where
// more was kept for the line than it has capacity.
func (l *Line[T]) room() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.capacity - l.ring.Len() - l.flying
}

// over reports whether the strategy has ended the line.
func (l *Line[T]) over() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed
}

// shut ends the line behind what it holds.
func (l *Line[T]) shut(err error) {
	l.mu.Lock()
	if !l.last {
		l.last, l.err = true, err
	}
	l.mu.Unlock()
}

// fill puts in what was kept for the line. The hub keeps no more than extra.
func (l *Line[T]) fill(kept []T, extra int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.ring.Size = l.capacity + extra
	if len(kept) == 0 {
		return
	}
	l.received(kept)
	if l.strategy == flow.Latest { // it keeps one
		l.Lost(flow.Replaced, int64(len(kept)-1))
		kept = kept[len(kept)-1:]
	}
	for _, v := range kept {
		l.ring.Push(v)
	}
}

// received counts elements that come in.
func (l *Line[T]) received(vs []T) {
	if m := l.Meter(); m != nil {
		m.Stats().In.Add(int64(len(vs)))
	}
}

// put puts vs into the queue, as the strategy says. What is lost for them is
// accounted for, and added to gone if it has to be told.
func (l *Line[T]) put(vs []T, o *Offered, gone []let[T]) []let[T] {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.received(vs)
	if l.cut { // it is about to leave, and counts no more
		o.Lines--
		for _, v := range vs {
			gone = l.let(v, flow.Cancelled, gone)
		}
		return gone
	}
	missed, displaced := false, false
	for k, v := range vs {
		full := l.ring.Len() >= l.capacity && l.strategy != flow.Block
		switch {
		case !full && l.ring.Full(): // of an upstream that breaks the rules
			missed = true
			gone = l.let(v, flow.AfterEnd, gone)
		case !full:
			l.ring.Push(v)
		case l.strategy == flow.DropIncoming:
			missed = true
			gone = l.let(v, flow.DroppedNew, gone)
		case l.strategy == flow.Fail:
			l.overflow()
			for _, v := range vs[k:] {
				gone = l.let(v, flow.DroppedNew, gone)
			}
			o.Missed++
			return gone
		default:
			displaced = true
			gone = l.let(l.ring.Pop(), l.reason(), gone)
			l.ring.Push(v)
		}
	}
	if missed {
		o.Missed++
	} else if displaced {
		o.Displaced++
	}
	return gone
}

// overflow ends the line behind what it holds. The lock is held.
func (l *Line[T]) overflow() {
	if m := l.Meter(); m != nil {
		m.Failed(flow.OverflowError)
	}
	l.failed, l.last = true, true
	l.err = &flow.StageError{Stage: l.Name(), Err: flow.ErrOverflow}
}

func (l *Line[T]) reason() flow.Reason {
	if l.strategy == flow.Latest {
		return flow.Replaced
	}
	return flow.DroppedOld
}

// let accounts for an element that is lost.
func (l *Line[T]) let(v T, reason flow.Reason, gone []let[T]) []let[T] {
	l.Lost(reason, 1)
	if l.hub.release == nil {
		return gone
	}
	return append(gone, let[T]{v, reason})
}

// Abandon leaves the hub and lets go of what is held.
func (l *Line[T]) Abandon(reason flow.Reason) {
	l.leave()
	vs, _, _, _ := l.take(l.ring.Size)
	l.Lost(reason, int64(len(vs)))
	Tell(l.hub.release, vs, reason)
	clear(vs)
}
