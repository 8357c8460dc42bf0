package sinks

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Any runs the stream until pred returns true for an element, and reports
// whether that has happened. The elements are let go of as [flow.Filtered].
//
// Demand: one element at a time, so that nothing behind the answer is consumed;
// more with [WithPrefetch].
//
// Errors: the stream's error, if it comes before the answer. A panic in pred
// ends the stream with a [flow.PanicError].
//
// Ends: returns with the answer and cancels the rest, or when the stream has
// ended, in which case the answer is false; in any case when its goroutines have
// returned.
func Any[T any](ctx context.Context, src flow.Publisher[T], pred func(T) bool, opts ...Option) (bool, error) {
	stage.Require(ctx != nil, "sinks.Any: nil context")
	stage.Require(src != nil, "sinks.Any: nil source")
	stage.Require(pred != nil, "sinks.Any: nil function")
	return match(ctx, "any", src, pred, true, opts)
}

// All runs the stream until pred returns false for an element, and reports
// whether that has not happened. The elements are let go of as
// [flow.Filtered].
//
// Demand: one element at a time, so that nothing behind the answer is consumed;
// more with [WithPrefetch].
//
// Errors: the stream's error, if it comes before the answer. A panic in pred
// ends the stream with a [flow.PanicError].
//
// Ends: returns with the answer and cancels the rest, or when the stream has
// ended, in which case the answer is true, also if there was no element; in any
// case when its goroutines have returned.
func All[T any](ctx context.Context, src flow.Publisher[T], pred func(T) bool, opts ...Option) (bool, error) {
	stage.Require(ctx != nil, "sinks.All: nil context")
	stage.Require(src != nil, "sinks.All: nil source")
	stage.Require(pred != nil, "sinks.All: nil function")
	found, err := match(ctx, "all", src, pred, false, opts)
	return !found && err == nil, err
}

// Contains runs the stream until an element equals v, and reports whether there
// was one. It is [Any] with equality.
//
// Demand: one element at a time, so that nothing behind the answer is consumed;
// more with [WithPrefetch].
//
// Errors: the stream's error, if it comes before the answer. Values of an
// interface type that cannot be compared end the stream with a
// [flow.PanicError].
//
// Ends: returns with the answer and cancels the rest, or when the stream has
// ended; in any case when its goroutines have returned.
func Contains[T comparable](ctx context.Context, src flow.Publisher[T], v T, opts ...Option) (bool, error) {
	stage.Require(ctx != nil, "sinks.Contains: nil context")
	stage.Require(src != nil, "sinks.Contains: nil source")
	return match(ctx, "contains", src, func(w T) bool { return v == w }, true, opts)
}

// IsEmpty runs the stream until its first element, and reports whether there
// was none. The element is let go of as [flow.Filtered].
//
// Demand: one element.
//
// Errors: the stream's error, if it comes before an element.
//
// Ends: returns with the first element and cancels the rest, or when the stream
// has ended; in any case when its goroutines have returned.
func IsEmpty[T any](ctx context.Context, src flow.Publisher[T], opts ...Option) (bool, error) {
	stage.Require(ctx != nil, "sinks.IsEmpty: nil context")
	stage.Require(src != nil, "sinks.IsEmpty: nil source")
	found, err := match(ctx, "isempty", src, func(T) bool { return true }, true, opts)
	return !found && err == nil, err
}

// match reports whether pred has returned want for an element.
func match[T any](ctx context.Context, kind string, src flow.Publisher[T], pred func(T) bool, want bool, opts []Option) (bool, error) {
	s := &matchSink[T]{pred: pred, want: want, release: flow.ReleaseFunc[T]()}
	first := max(1, stage.Configure(opts).Prefetch)
	err := s.Drive(ctx, stage.NewSink(kind, src, opts), src, s, first)
	return s.found && err == nil, err
}

type matchSink[T any] struct {
	stage.Sink[T]
	pred    func(T) bool
	want    bool
	found   bool
	release func(T, flow.Reason)
	in      stage.One[T]
}

func (s *matchSink[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

// OnNextBatch looks at the elements, and asks for as many more.
func (s *matchSink[T]) OnNextBatch(vs []T) {
	n := s.look(vs)
	if s.Done() {
		return
	}
	if s.found {
		s.Stop(nil)
	} else if n > 0 {
		s.Request(int64(n))
	}
}

// look calls pred until it has decided, and returns how many elements it has
// seen. The others are discarded.
func (s *matchSink[T]) look(vs []T) (n int) {
	returned := false
	defer func() {
		s.Deal(n)
		if s.release != nil {
			for _, v := range vs[:n] {
				s.release(v, flow.Filtered)
			}
		}
		if !returned {
			s.Broken(recover())
		}
		s.Discard(vs[n:])
	}()
	pred, brake := s.pred, s.Brake()
	for n < len(vs) && !s.found && atomic.LoadUint32(brake) == 0 {
		s.found = pred(vs[n]) == s.want
		n++
	}
	returned = true
	return n
}
