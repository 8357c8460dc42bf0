package rxbridge

import (
	"context"
	"fmt"
	"reflect"
	"time"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/sources"
)

// Publisher emits the items of an Observable, which must be of the type T.
//
//	observable            --1--2--3--|
//	Publisher(o, 64, …)   --1--2--3--|
//
// Each subscription observes o once: a cold Observable begins anew, one that is
// made of a channel shares its items out.
//
// Demand: an Observable does not know of it. With [flow.Block] items are
// received while there is room, which holds the Observable up; any other
// strategy says which elements are lost where there is none.
//
// Buffer: at most capacity elements.
//
// Errors: the first error item ends the stream, as a [flow.StageError] that
// wraps it, after the elements before it. So does an item of another type than
// T, with an error that names the types, and a panic in Observe as a
// [flow.PanicError].
//
// Ends: completes when o's channel is closed. When the subscriber cancels or the
// context ends, so does the context with which o is observed. What o still
// sends then is thrown away, until it closes its channel, is silent for 50 ms, or
// has gone on for 1 s, because some of its operators send without looking at the context and would
// never end. (Merge, Concat and Amb of RxGo do not pass the context on: give it
// to the Observables that they combine.) Read a channel that others go on to use with [sources.Chan].
// Panics if o is nil, if capacity is less than 1, or if the strategy is unknown.
func Publisher[T any](o rxgo.Observable, capacity int, strategy flow.Overflow, opts ...sources.Option) flow.Publisher[T] {
	if o == nil {
		panic("rxbridge.Publisher: nil Observable")
	}
	opts = append([]sources.Option{sources.WithName("rxgo")}, opts...)
	return sources.Push(capacity, strategy, func(ctx context.Context, out *sources.Emitter[T]) error {
		items := o.Observe(rxgo.WithContext(ctx))
		defer drain(items)
		return receive(ctx, items, out)
	}, opts...)
}

// receive hands items on until the channel is closed or the context ends.
func receive[T any](ctx context.Context, items <-chan rxgo.Item, out *sources.Emitter[T]) error {
	for n := 0; ; n++ {
		select {
		case <-ctx.Done():
			return nil
		case item, ok := <-items:
			switch {
			case !ok && ctx.Err() != nil: // closed because of that
				return nil
			case !ok:
				out.Complete()
				return nil
			case item.Error():
				return item.E
			}
			v, ok := valueOf[T](item)
			if !ok {
				return fmt.Errorf("item %d of the Observable is a %T, want %v", n, item.V, reflect.TypeFor[T]())
			}
			out.Emit(v)
		}
	}
}

// valueOf returns the value of an item, if it is a T.
func valueOf[T any](item rxgo.Item) (v T, ok bool) {
	if item.V == nil {
		return v, any(v) == nil // of an interface type
	}
	v, ok = item.V.(T)
	return v, ok
}

// An Observable whose context has ended is left alone when it has been silent
// for so long, or has gone on for so long.
const (
	silence  = 50 * time.Millisecond
	patience = time.Second
)

// drain receives what is still sent, so that the goroutines of the Observable
// see the end of their context.
func drain(items <-chan rxgo.Item) {
	silent, over := time.NewTimer(silence), time.NewTimer(patience)
	defer silent.Stop()
	defer over.Stop()
	for {
		select {
		case _, ok := <-items:
			if !ok {
				return
			}
			silent.Reset(silence)
		case <-silent.C:
			return
		case <-over.C:
			return
		}
	}
}
