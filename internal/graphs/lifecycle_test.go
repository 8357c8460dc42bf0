package graphs

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// lifecycleRows are the operators that watch a stream, and those that end it.
func lifecycleRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"Do", unknown, (*draw[T]).do},
		{"DoOnNext", unknown, (*draw[T]).doOnNext},
		{"DoFinally", unknown, (*draw[T]).doFinally},
		{"MapError", unknown, (*draw[T]).mapError},
		{"Killable", unknown, (*draw[T]).killable},
	}
}

// do counts what the hooks are told: each stream begins, ends in one way, and
// is over once.
func (d *draw[T]) do(s stream[T]) stream[T] {
	call := d.function()
	var begun, completed, failed, cancelled, over atomic.Int64
	d.checks = append(d.checks, func() {
		if ends := completed.Load() + failed.Load() + cancelled.Load(); begun.Load() != ends || begun.Load() != over.Load() {
			d.wrong("Do: %d streams, %d completed, %d failed, %d cancelled, %d over",
				begun.Load(), completed.Load(), failed.Load(), cancelled.Load(), over.Load())
		}
	})
	return s.then(operators.Do(s.pub, operators.Hooks[T]{
		OnSubscribe: func() { begun.Add(1) },
		OnRequest: func(n int64) {
			if n < 1 {
				d.wrong("Do: a request of %d", n)
			}
		},
		OnNext: func(e T) {
			d.look(e)
			if err := call(); err != nil {
				panic(err)
			}
		},
		OnComplete: func() { completed.Add(1) },
		OnError:    func(error) { failed.Add(1) },
		OnCancel:   func() { cancelled.Add(1) },
		Finally:    func(error) { over.Add(1) },
	}), s.want, "Do")
}

func (d *draw[T]) doOnNext(s stream[T]) stream[T] {
	call := d.function()
	return s.then(operators.DoOnNext(s.pub, func(e T) {
		d.look(e)
		if err := call(); err != nil {
			panic(err)
		}
	}), s.want, "DoOnNext")
}

func (d *draw[T]) doFinally(s stream[T]) stream[T] {
	var begun, over atomic.Int64
	d.checks = append(d.checks, func() {
		if begun.Load() != over.Load() {
			d.wrong("DoFinally: %d streams, %d over", begun.Load(), over.Load())
		}
	})
	pub := operators.DoFinally(s.pub, func(error) { over.Add(1) })
	return s.then(flow.PublisherFunc[T](func(ctx context.Context, to flow.Subscriber[T]) {
		begun.Add(1)
		pub.Subscribe(ctx, to)
	}), s.want, "DoFinally")
}

func (d *draw[T]) mapError(s stream[T]) stream[T] {
	return s.then(operators.MapError(s.pub, func(err error) error { return fmt.Errorf("told: %w", err) }), s.want, "MapError")
}

// killable is not stopped, or by an element, above the switch or below it, or
// at a time.
func (d *draw[T]) killable(s stream[T]) stream[T] {
	k := new(operators.KillSwitch)
	at, n := 1+d.intn(100), 0
	stops := d.pure(func(v int) int {
		if n++; n == at {
			k.Shutdown()
		}
		return v
	})
	switch d.intn(4) {
	case 0:
		return s.then(operators.Killable(s.pub, k), s.want, "Killable")
	case 1:
		return s.then(operators.Killable(operators.Map(s.pub, stops), k), s.want, "stop at %d, Killable", at).atLeast(lossy)
	case 2:
		return s.then(operators.Map(operators.Killable(s.pub, k), stops), s.want, "Killable, stop at %d", at).atLeast(lossy)
	}
	wait := d.pause()
	pub := operators.Killable(s.pub, k)
	return s.then(flow.PublisherFunc[T](func(ctx context.Context, to flow.Subscriber[T]) {
		time.AfterFunc(wait, k.Shutdown)
		pub.Subscribe(ctx, to)
	}), s.want, "Killable, stop after %v", wait).atLeast(lossy)
}
