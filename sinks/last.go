package sinks

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Last runs the stream and returns its last element. Those before it are let go
// of as [flow.Filtered].
//
// Demand: unbounded.
//
// Errors: the stream's error, without an element; [flow.ErrEmpty] if it
// completes without one.
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Last[T any](ctx context.Context, src flow.Publisher[T], opts ...Option) (T, error) {
	stage.Require(ctx != nil, "sinks.Last: nil context")
	stage.Require(src != nil, "sinks.Last: nil source")
	s := &lastSink[T]{release: flow.ReleaseFunc[T]()}
	err := s.Drive(ctx, stage.NewSink("last", src, opts), src, s, flow.Unbounded)
	switch {
	case err != nil:
		s.let(flow.Failed)
	case !s.some:
		err = flow.ErrEmpty
	}
	return s.value, err
}

type lastSink[T any] struct {
	stage.Sink[T]
	value   T
	some    bool
	release func(T, flow.Reason)
	in      stage.One[T]
}

func (s *lastSink[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *lastSink[T]) OnNextBatch(vs []T) {
	last := len(vs) - 1
	s.Deal(len(vs))
	s.let(flow.Filtered)
	s.value, s.some = vs[last], true
	stage.Tell(s.release, vs[:last], flow.Filtered)
}

// let lets go of the element that is held.
func (s *lastSink[T]) let(reason flow.Reason) {
	v, some := s.value, s.some
	var none T
	s.value, s.some = none, false
	if some && s.release != nil {
		s.release(v, reason)
	}
}

// Count runs the stream and returns how many elements it had. They are let go
// of as [flow.Filtered].
//
// Demand: unbounded.
//
// Errors: the stream's error, with the number so far.
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Count[T any](ctx context.Context, src flow.Publisher[T], opts ...Option) (int64, error) {
	stage.Require(ctx != nil, "sinks.Count: nil context")
	stage.Require(src != nil, "sinks.Count: nil source")
	s := &countSink[T]{release: flow.ReleaseFunc[T]()}
	err := s.Drive(ctx, stage.NewSink("count", src, opts), src, s, flow.Unbounded)
	return s.Delivered, err
}

type countSink[T any] struct {
	stage.Sink[T]
	release func(T, flow.Reason)
	in      stage.One[T]
}

func (s *countSink[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *countSink[T]) OnNextBatch(vs []T) {
	s.Deal(len(vs))
	stage.Tell(s.release, vs, flow.Filtered)
}

// Reduce runs the stream and returns f(…f(f(v1, v2), v3)…, vn). With one
// element it returns that, and f is not called. [Fold] begins with a value of
// its own.
//
// Demand: unbounded.
//
// Errors: the stream's error, with the result so far; [flow.ErrEmpty] if it
// completes without an element. A panic in f ends the stream with a
// [flow.PanicError].
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Reduce[T any](ctx context.Context, src flow.Publisher[T], f func(T, T) T, opts ...Option) (T, error) {
	stage.Require(ctx != nil, "sinks.Reduce: nil context")
	stage.Require(src != nil, "sinks.Reduce: nil source")
	stage.Require(f != nil, "sinks.Reduce: nil function")
	return reduce(ctx, "reduce", src, f, opts)
}

// reduce is Reduce under another name.
func reduce[T any](ctx context.Context, kind string, src flow.Publisher[T], f func(T, T) T, opts []Option) (T, error) {
	s := &reduceSink[T]{foldSink: foldSink[T, T]{f: f}}
	err := s.Drive(ctx, stage.NewSink(kind, src, opts), src, s, flow.Unbounded)
	if err == nil && !s.some {
		err = flow.ErrEmpty
	}
	return s.acc, err
}

// reduceSink is a fold that begins with the first element.
type reduceSink[T any] struct {
	foldSink[T, T]
	some bool
}

func (s *reduceSink[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *reduceSink[T]) OnNextBatch(vs []T) {
	if !s.some && !s.Stopped() {
		s.acc, s.some = vs[0], true
		s.Deal(1)
		vs = vs[1:]
	}
	s.foldSink.OnNextBatch(vs)
}
