package sinks

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Slice runs the stream and returns its elements in order. It holds all of
// them: put a Take before it where the stream may be long.
//
// Demand: unbounded.
//
// Errors: the stream's error, with the elements so far.
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Slice[T any](ctx context.Context, src flow.Publisher[T], opts ...Option) ([]T, error) {
	stage.Require(ctx != nil, "sinks.Slice: nil context")
	stage.Require(src != nil, "sinks.Slice: nil source")
	s := new(sliceSink[T])
	err := s.Drive(ctx, stage.NewSink("slice", src, opts), src, s, flow.Unbounded)
	return s.all, err
}

type sliceSink[T any] struct {
	stage.Sink[T]
	all []T
}

func (s *sliceSink[T]) OnNext(v T) {
	s.all = append(s.all, v)
	s.Deal(1)
}

func (s *sliceSink[T]) OnNextBatch(vs []T) {
	s.all = append(s.all, vs...)
	s.Deal(len(vs))
}

// First runs the stream until its first element and returns that. It asks for
// one element and cancels the rest.
//
// Demand: one element.
//
// Errors: the stream's error; [flow.ErrEmpty] if it completes without an
// element.
//
// Ends: returns with the first element, when the goroutines of the stream have
// returned.
func First[T any](ctx context.Context, src flow.Publisher[T], opts ...Option) (T, error) {
	stage.Require(ctx != nil, "sinks.First: nil context")
	stage.Require(src != nil, "sinks.First: nil source")
	s := new(firstSink[T])
	err := s.Drive(ctx, stage.NewSink("first", src, opts), src, s, 1)
	if err == nil && !s.found {
		err = flow.ErrEmpty
	}
	return s.value, err
}

type firstSink[T any] struct {
	stage.Sink[T]
	value T
	found bool
}

func (s *firstSink[T]) OnNext(v T) { s.OnNextBatch([]T{v}) }

func (s *firstSink[T]) OnNextBatch(vs []T) {
	if s.found {
		s.Discard(vs)
		return
	}
	s.value, s.found = vs[0], true
	s.Deal(1)
	s.Stop(nil)
	s.Discard(vs[1:])
}
