package graphs

import (
	"context"
	"slices"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/sources"
)

// hubRows are the sources that others give elements to.
func hubRows[T any]() []sourceRow[T] {
	return []sourceRow[T]{
		{"NewHub", (*draw[T]).hub},
		{"NewReplayHub", (*draw[T]).replayHub},
		{"NewStateHub", (*draw[T]).stateHub},
	}
}

// hub is fed as soon as it has a subscriber.
func (d *draw[T]) hub() stream[T] {
	c, strategy, most := d.queue()
	want, call, wait := d.numbers(), d.function(), d.waits()
	h := sources.NewHub[T](c, strategy)
	return origin(flow.PublisherFunc[T](func(ctx context.Context, to flow.Subscriber[T]) {
		h.Subscribe(ctx, to)
		go func() {
			err := feed(ctx, want, call, wait, func(v int) sources.Emission {
				e := d.mint(v)
				r := h.Emit(ctx, e)
				if r == sources.Full || r == sources.Closed {
					d.use(e) // it is still ours
				}
				return r
			})
			if err != nil {
				h.Fail(err)
			}
			h.Complete()
		}()
	}), want, "NewHub").atLeast(most)
}

// feed gives elements to a hub.
func feed(ctx context.Context, want []int, call func() error, wait func(context.Context, int) error, emit func(v int) sources.Emission) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errFault // this goroutine is not the stream's
		}
	}()
	for i, v := range want {
		if err := wait(ctx, i); err != nil {
			return err
		}
		if err := call(); err != nil {
			return err
		}
		switch emit(v) {
		case sources.Full: // the context has ended
			return context.Cause(ctx)
		case sources.Closed, sources.Unheard: // it has left
			return nil
		}
	}
	return nil
}

// replayHub has all its elements before it has subscribers.
func (d *draw[T]) replayHub() stream[T] {
	want := d.numbers()
	n := oneOf(d, 1, 10, len(want)+1)
	h := sources.NewReplayHub[int](n, d.capacity(), flow.Block)
	for _, v := range want {
		h.TryEmit(v)
	}
	h.Complete()
	return origin(d.minted(h), want[max(0, len(want)-n):], "NewReplayHub")
}

// stateHub has a value to begin with.
func (d *draw[T]) stateHub() stream[T] {
	want, call, wait := d.numbers(), d.function(), d.waits()
	c, strategy, most := d.capacity(), flow.Block, exact
	if d.intn(2) == 0 {
		c, strategy, most = 1, flow.Latest, lossy
	}
	first := d.intn(100)
	h := sources.NewStateHub(first, c, strategy)
	return origin(d.minted(flow.PublisherFunc[int](func(ctx context.Context, to flow.Subscriber[int]) {
		h.Subscribe(ctx, to)
		go func() {
			err := feed(ctx, want, call, wait, func(v int) sources.Emission { return h.Emit(ctx, v) })
			if err != nil {
				h.Fail(err)
			}
			h.Complete()
		}()
	})), slices.Concat([]int{first}, want), "NewStateHub").atLeast(most)
}

// mergeHub is given several chains, before it has a subscriber and after.
func (d *draw[T]) mergeHub(depth int) stream[T] {
	var all stream[T]
	var before, after []flow.Publisher[T]
	for range 1 + d.intn(3) {
		s := d.chain(depth)
		all.want = append(all.want, s.want...)
		all.mode = max(all.mode, s.mode)
		all.words += "(" + s.words + ") "
		if d.intn(2) == 0 {
			before = append(before, s.pub)
		} else {
			after = append(after, s.pub)
		}
	}
	if len(before)+len(after) > 1 {
		all = all.atLeast(unsorted)
	}
	c := d.capacity()
	h := sources.NewMergeHub[T](c)
	for _, src := range before {
		h.Add(src)
	}
	return all.then(flow.PublisherFunc[T](func(ctx context.Context, to flow.Subscriber[T]) {
		h.Subscribe(ctx, to)
		for _, src := range after {
			h.Add(src)
		}
		h.Close()
	}), all.want, "NewMergeHub(%d), %d late", c, len(after))
}
