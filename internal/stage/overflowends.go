package stage

import "github.com/weirgo/weir/flow"

// overflowEnds is what the upstream sides of an [Overflow] have in common: how a
// stream begins and ends.
type overflowEnds[T any] struct {
	Inner
	queue *Overflow[T]
}

// Quit counts the last elements.
func (i *overflowEnds[T]) Quit() {
	if i.queue.feeder != nil {
		i.queue.feeder.End()
	}
}

func (i *overflowEnds[T]) OnSubscribe(sub flow.Subscription) {
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

func (i *overflowEnds[T]) OnError(err error) {
	if err == nil {
		err = errNilError
	}
	i.end(err)
}

func (i *overflowEnds[T]) OnComplete() { i.end(nil) }

func (i *overflowEnds[T]) end(err error) {
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
