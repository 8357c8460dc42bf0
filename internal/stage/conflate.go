package stage

import "github.com/weirgo/weir/flow"

// conflateInlet is the upstream side of an [Overflow] that merges.
type conflateInlet[T any] struct{ overflowInlet[T] }

func (i *conflateInlet[T]) OnNext(v T) {
	i.one[0] = v
	i.OnNextBatch(i.one[:])
}

// OnNextBatch takes the pending element out of the queue while the function
// that merges works on it: no lock is held meanwhile, and nobody else puts one
// in.
func (i *conflateInlet[T]) OnNextBatch(vs []T) {
	b := i.queue
	if b.feeder != nil {
		b.feeder.Received(int64(len(vs)))
	}
	var pending T
	at, merged, returned := 0, int64(0), false
	defer func() {
		b.Lost(flow.Merged, merged)
		if !returned {
			i.broken(pending, vs[at+1:], b.Broken(recover()))
		}
	}()
	for k, v := range vs {
		if b.Stopped() {
			b.let(vs[k:], flow.Cancelled)
			break
		}
		if p, ok := i.withdraw(); ok {
			at, pending = k, p
			v = b.Merge(p, v)
			merged++
		}
		if !i.offer(v) {
			b.let([]T{v}, flow.Cancelled)
		}
	}
	returned = true
}

// withdraw takes the pending element, if there is one.
func (i *conflateInlet[T]) withdraw() (pending T, ok bool) {
	b := i.queue
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.ring.Len() == 0 {
		return pending, false
	}
	return b.ring.Pop(), true
}

// offer puts v into the queue, unless that is closed.
func (i *conflateInlet[T]) offer(v T) bool {
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

// broken ends the stream, behind the pending element, because the function did
// not return. It has consumed the element that was to be merged.
func (i *conflateInlet[T]) broken(pending T, behind []T, err error) {
	b := i.queue
	b.Lost(flow.Failed, 1)
	b.let(behind, flow.Failed)
	if !i.offer(pending) {
		b.let([]T{pending}, flow.Cancelled)
	}
	b.up.Cancel()
	i.end(err)
}
