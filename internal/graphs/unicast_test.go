package graphs

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/sources"
)

func unicastRows[T any]() []sourceRow[T] {
	return []sourceRow[T]{{"NewUnicastHub", (*draw[T]).unicastHub}}
}

// unicastHub is fed by a goroutine, some of it before it has its subscriber.
func (d *draw[T]) unicastHub() stream[T] {
	c, strategy, most := d.queue()
	want, call, wait := d.numbers(), d.function(), d.waits()
	h := sources.NewUnicastHub[T](c, strategy)
	emit := func(emit func(e T) sources.Emission) func(v int) sources.Emission {
		return func(v int) sources.Emission {
			e := d.mint(v)
			r := emit(e)
			if r == sources.Full || r == sources.Closed {
				d.use(e) // it is still ours
			}
			return r
		}
	}
	return origin(flow.PublisherFunc[T](func(ctx context.Context, to flow.Subscriber[T]) {
		early := 0
		for early < len(want) && early < c && emit(h.TryEmit)(want[early]).Accepted() {
			early++
		}
		h.Subscribe(ctx, to)
		go func() {
			err := feed(ctx, want[early:], call, wait, emit(func(e T) sources.Emission { return h.Emit(ctx, e) }))
			if err != nil {
				h.Fail(err)
			}
			h.Complete()
		}()
	}), want, "NewUnicastHub").atLeast(most)
}
