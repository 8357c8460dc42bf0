package sinks

import (
	"context"
	"iter"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// WithPrefetch lets [Seq] and [Chan] ask for n elements ahead. Those that they
// hold when the loop is left or the context ends are lost.
func WithPrefetch(n int) Option {
	stage.Require(n > 0, "sinks.WithPrefetch: %d elements, must be at least 1", n)
	return func(c *stage.Config) { c.Prefetch = int64(n) }
}

// Seq runs the stream as a Go loop:
//
//	for v, err := range sinks.Seq(ctx, src) { … }
//
// The stream's error comes last, with a zero element. Leaving the loop cancels
// the stream; when the loop is over, every goroutine of it has returned. Each
// range over it is a run of its own.
//
// Demand: one element at a time, or what [WithPrefetch] says, so that leaving
// the loop loses nothing.
//
// Errors: the stream's error.
//
// Ends: when the stream does, or the loop is left.
func Seq[T any](ctx context.Context, src flow.Publisher[T], opts ...Option) iter.Seq2[T, error] {
	stage.Require(ctx != nil, "sinks.Seq: nil context")
	stage.Require(src != nil, "sinks.Seq: nil source")
	prefetch := max(1, stage.Configure(opts).Prefetch)
	node := stage.NewSink("seq", src, opts)
	node.Capacity = prefetch
	return func(yield func(T, error) bool) {
		s := &seqSink[T]{}
		s.Open(ctx, node, src, s, prefetch)
		defer s.Close()
		defer s.leave()
		if err := s.loop(yield); err != nil {
			var zero T
			yield(zero, err)
		}
	}
}

type seqSink[T any] struct {
	stage.Sink[T]
	in   stage.One[T]
	held []T // received and not yet yielded
	rest []T // of the batch that is being yielded
}

// leave lets go of what the loop has not been given.
func (s *seqSink[T]) leave() {
	s.Stop(nil)
	s.Discard(s.rest)
	s.Discard(s.held)
	s.rest, s.held = nil, nil
}

func (s *seqSink[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *seqSink[T]) OnNextBatch(vs []T) {
	if s.Left() {
		s.Discard(vs)
		return
	}
	s.held = append(s.held, vs...)
	s.Buffered(len(s.held))
	s.Pause()
}

// loop yields elements and returns the error at the end of the stream, or nil
// if the loop was left.
func (s *seqSink[T]) loop(yield func(T, error) bool) error {
	for {
		s.Await()
		batch := s.held
		s.held = nil
		for i, v := range batch {
			s.Deal(1)
			s.rest = batch[i+1:]
			s.Buffered(len(s.rest))
			if !yield(v, nil) {
				return nil
			}
		}
		if s.Done() {
			if len(s.held) == 0 {
				return s.Err()
			}
			continue
		}
		clear(batch)
		s.held = batch[:0]
		s.Resume()
		s.Request(int64(len(batch)))
	}
}
