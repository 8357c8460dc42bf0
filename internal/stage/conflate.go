package stage

import (
	"context"

	"github.com/weirgo/weir/flow"
)

// Conflate is an [Overflow] of one element that merges those that have no room.
type Conflate[In, Out any] struct {
	// Seed makes the pending element of the first of those that it stands for.
	Seed func(v In) Out
	// Merge adds another one to it.
	Merge func(pending Out, v In) Out

	Overflow[Out]
}

// Open makes an island for the upstream and connects both sides.
func (c *Conflate[In, Out]) Open(ctx context.Context, node *flow.Node, src flow.Publisher[In], down flow.Subscriber[Out]) {
	i := &conflateInlet[In, Out]{overflowEnds: overflowEnds[Out]{queue: &c.Overflow}, merger: c, release: flow.ReleaseFunc[In]()}
	src.Subscribe(c.open(ctx, node, down, 1), i)
}

// conflateInlet is its upstream side.
type conflateInlet[In, Out any] struct {
	overflowEnds[Out]
	merger  *Conflate[In, Out]
	release func(In, flow.Reason)
	one     [1]In
	taken   [1]Out // the pending element, while a function works on it
}

func (i *conflateInlet[In, Out]) OnNext(v In) {
	i.one[0] = v
	i.OnNextBatch(i.one[:])
}

// OnNextBatch takes the pending element out of the queue while the function
// that merges works on it: no lock is held meanwhile, and nobody else puts one
// in.
func (i *conflateInlet[In, Out]) OnNextBatch(vs []In) {
	b := i.queue
	if b.feeder != nil {
		b.feeder.Received(int64(len(vs)))
	}
	var pending []Out
	at, merged, returned := 0, int64(0), false
	defer func() {
		b.Lost(flow.Merged, merged)
		if !returned {
			i.broken(pending, vs[at+1:], b.Broken(recover()))
		}
		clear(i.taken[:])
	}()
	for k, v := range vs {
		if b.Stopped() {
			i.let(vs[k:], flow.Cancelled)
			break
		}
		at, pending = k, i.withdraw(i.taken[:0])
		var next Out
		if len(pending) > 0 {
			next = i.merger.Merge(pending[0], v)
			merged++
		} else {
			next = i.merger.Seed(v)
		}
		if !i.offer(next) {
			b.let([]Out{next}, flow.Cancelled)
		}
	}
	returned = true
}

// let lets go of elements that no function has seen.
func (i *conflateInlet[In, Out]) let(vs []In, reason flow.Reason) {
	i.queue.Lost(reason, int64(len(vs)))
	Tell(i.release, vs, reason)
}

// withdraw takes the pending element, if there is one, into dst.
func (i *conflateInlet[In, Out]) withdraw(dst []Out) []Out {
	b := i.queue
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.ring.Take(dst, 1)
}

// offer puts v into the queue, unless that is closed.
func (i *conflateInlet[In, Out]) offer(v Out) bool {
	b := i.queue
	b.mu.Lock()
	open := !b.cut && !b.last
	if open {
		b.ring.Push(v)
	}
	b.mu.Unlock()
	b.Ready()
	return open
}

// broken ends the stream, behind the pending element if there is one, because a
// function did not return. It has consumed the element that it was called with.
func (i *conflateInlet[In, Out]) broken(pending []Out, behind []In, err error) {
	b := i.queue
	b.Lost(flow.Failed, 1)
	i.let(behind, flow.Failed)
	for _, v := range pending {
		if !i.offer(v) {
			b.let(pending, flow.Cancelled)
		}
	}
	b.up.Cancel()
	i.end(err)
}
