package graphs

import (
	"context"
	"io"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// resourceRows are the sources that open something and close it.
func resourceRows[T any]() []sourceRow[T] {
	return []sourceRow[T]{
		{"Generate", (*draw[T]).generate},
		{"Call", (*draw[T]).callSource},
		{"Using", (*draw[T]).using},
	}
}

// opened counts resources, of which each is to be closed once.
func (d *draw[T]) opened(what string) (open, finish func()) {
	var opened, closed atomic.Int64
	d.checks = append(d.checks, func() {
		if opened.Load() != closed.Load() {
			d.wrong("%s: %d opened, %d closed", what, opened.Load(), closed.Load())
		}
	})
	return func() { opened.Add(1) }, func() { closed.Add(1) }
}

// waits draws a function that takes its time in every so many calls, unless the
// context ends.
func (d *draw[T]) waits() func(ctx context.Context, i int) error {
	if d.intn(3) > 0 {
		return func(context.Context, int) error { return nil }
	}
	wait, every := d.pause(), 1+d.intn(20)
	return func(ctx context.Context, i int) error {
		if i%every > 0 {
			return nil
		}
		select {
		case <-time.After(wait):
			return nil
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (d *draw[T]) generate() stream[T] {
	want, call, wait := d.numbers(), d.function(), d.waits()
	open, finish := d.opened("Generate")
	return origin(sources.Generate(func(context.Context) (*int, error) {
		open()
		return new(int), nil
	}, func(ctx context.Context, i *int) (out T, err error) {
		if err := wait(ctx, *i); err != nil {
			return out, err
		}
		if *i == len(want) {
			return out, io.EOF
		}
		if err := call(); err != nil {
			return out, err
		}
		*i++
		return d.mint(want[*i-1]), nil
	}, func(*int) error { finish(); return nil }), want, "Generate")
}

func (d *draw[T]) callSource() stream[T] {
	v, call, wait := d.intn(100), d.function(), d.waits()
	d.elements++
	return origin(sources.Call(func(ctx context.Context) (out T, err error) {
		if err := wait(ctx, 0); err != nil {
			return out, err
		}
		if err := call(); err != nil {
			return out, err
		}
		return d.mint(v), nil
	}), []int{v}, "Call")
}

// using reads while its resource is open.
func (d *draw[T]) using() stream[T] {
	want, call, wait := d.numbers(), d.function(), d.waits()
	open, finish := d.opened("Using")
	async := d.intn(3) == 0
	return origin(sources.Using(func(ctx context.Context) (*atomic.Bool, error) {
		if err := wait(ctx, 0); err != nil {
			return nil, err
		}
		if err := call(); err != nil {
			return nil, err
		}
		open()
		r := new(atomic.Bool)
		r.Store(true)
		return r, nil
	}, func(r *atomic.Bool) flow.Publisher[T] {
		src := operators.Map(sources.Slice(want), func(v int) T {
			if !async && !r.Load() { // calls on another island may see it being closed
				d.wrong("Using: the resource is read after it was closed")
			}
			return d.mint(v)
		})
		if async {
			return operators.Async(src, 3)
		}
		return src
	}, func(r *atomic.Bool) error {
		r.Store(false)
		finish()
		return nil
	}), want, "Using")
}
