package sinks

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Fold runs the stream and returns f(…f(f(zero, v1), v2)…, vn).
//
// Demand: unbounded.
//
// Errors: the stream's error, with the result so far. A panic in f ends the
// stream with a [flow.PanicError].
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Fold[T, R any](ctx context.Context, src flow.Publisher[T], zero R, f func(R, T) R, opts ...Option) (R, error) {
	stage.Require(ctx != nil, "sinks.Fold: nil context")
	stage.Require(src != nil, "sinks.Fold: nil source")
	stage.Require(f != nil, "sinks.Fold: nil function")
	return fold(ctx, "fold", src, zero, f, opts)
}

// fold is Fold under another name.
func fold[T, R any](ctx context.Context, kind string, src flow.Publisher[T], zero R, f func(R, T) R, opts []Option) (R, error) {
	s := &foldSink[T, R]{acc: zero, f: f}
	err := s.Drive(ctx, stage.NewSink(kind, src, opts), src, s, flow.Unbounded)
	return s.acc, err
}

type foldSink[T, R any] struct {
	stage.Sink[T]
	in  stage.One[T]
	acc R
	f   func(R, T) R
}

func (s *foldSink[T, R]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *foldSink[T, R]) OnNextBatch(vs []T) {
	acc, at, failed, returned := s.acc, 0, 0, false
	defer func() {
		s.acc = acc
		s.Deal(at)
		if !returned {
			s.Broken(recover())
			failed = 1
		}
		s.Lost(flow.Failed, failed) // f has it
		s.Discard(vs[at+failed:])
	}()
	f, brake := s.f, s.Brake()
	for i, v := range vs {
		at = i
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			return
		}
		acc = f(acc, v)
	}
	at, returned = len(vs), true
}
