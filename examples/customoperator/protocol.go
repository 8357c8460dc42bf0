package main

import (
	"context"
	"errors"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// Every emits each n-th element of src: for one that is demanded it asks for n.
//
// The third way: the protocol itself. It is for what the others cannot say, and
// needs care; flowtest.VerifyOperator finds what was forgotten. Each numbered
// comment names a rule that it checks. Such a stage is foreign to the framework,
// which puts a small queue behind it.
func Every[T any](src flow.Publisher[T], n int64) flow.Publisher[T] {
	if src == nil || n < 1 {
		panic("Every: it needs a source and at least 1")
	}
	return flow.PublisherFunc[T](func(ctx context.Context, s flow.Subscriber[T]) {
		if s == nil {
			panic("Every: nil subscriber") // 1.09: tell the caller
		}
		src.Subscribe(ctx, &every[T]{down: s, n: n})
	})
}

// every is what src sees as its subscriber, and the subscriber as its
// subscription. Signals come one at a time; Request and Cancel come whenever
// the subscriber likes, from any goroutine.
type every[T any] struct {
	down flow.Subscriber[T]
	up   flow.Subscription
	n    int64
	seen int64       // elements since the last one that was emitted
	over atomic.Bool // the end was signalled, or the subscriber has left
}

func (e *every[T]) OnSubscribe(sub flow.Subscription) {
	if e.up != nil {
		sub.Cancel() // 2.05: there is one already
		return
	}
	e.up = sub
	e.down.OnSubscribe(e)
}

func (e *every[T]) OnNext(v T) {
	if e.over.Load() {
		return // 1.07, 1.08: nothing after the end, and nothing after Cancel
	}
	if e.seen++; e.seen < e.n {
		return // if it were a flow.Releaser, it would have to be released here
	}
	e.seen = 0
	returned := false
	defer func() {
		if !returned {
			e.Cancel() // G.09: the subscriber panics, and does so on
		}
	}()
	e.down.OnNext(v) // 1.01: n were asked for, so this one was
	returned = true
}

func (e *every[T]) OnError(err error) {
	if err == nil {
		err = errors.New("OnError without an error") // 2.13
	}
	if !e.over.Swap(true) {
		e.down.OnError(err)
	}
}

func (e *every[T]) OnComplete() {
	if !e.over.Swap(true) {
		e.down.OnComplete()
	}
}

func (e *every[T]) Request(k int64) {
	switch {
	case k < 1:
		e.up.Request(k) // 3.09: upstream answers
	case k > flow.Unbounded/e.n:
		e.up.Request(flow.Unbounded) // 3.17: the product does not overflow
	default:
		e.up.Request(k * e.n)
	}
}

func (e *every[T]) Cancel() {
	if !e.over.Swap(true) {
		e.up.Cancel() // 2.06: once
	}
}
