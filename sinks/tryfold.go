package sinks

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// TryFold is [Fold] for a function that can fail or needs the context of the
// run. The context that f gets ends when the stream does.
//
// Demand: unbounded.
//
// Errors: the stream's error; an error that f returns, as a [flow.StageError];
// a panic in f, as a [flow.PanicError]; all with the result so far, without
// what f returned beside its error. After an error no further call begins.
//
// Ends: returns when the stream has ended and its goroutines have returned.
func TryFold[T, R any](ctx context.Context, src flow.Publisher[T], zero R, f func(context.Context, R, T) (R, error), opts ...Option) (R, error) {
	stage.Require(ctx != nil, "sinks.TryFold: nil context")
	stage.Require(src != nil, "sinks.TryFold: nil source")
	stage.Require(f != nil, "sinks.TryFold: nil function")
	s := &tryFoldSink[T, R]{acc: zero, f: f}
	err := s.Drive(ctx, stage.NewSink("tryfold", src, opts), src, s, flow.Unbounded)
	return s.acc, err
}

type tryFoldSink[T, R any] struct {
	stage.Sink[T]
	in  stage.One[T]
	acc R
	f   func(context.Context, R, T) (R, error)
}

func (s *tryFoldSink[T, R]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *tryFoldSink[T, R]) OnNextBatch(vs []T) {
	at, failed, returned := 0, 0, false
	defer func() {
		s.Deal(at)
		if !returned {
			s.Broken(recover())
			failed = 1
		}
		s.Lost(flow.Failed, failed) // f has it
		s.Discard(vs[at+failed:])
	}()
	f, ctx, brake := s.f, s.Context(), s.Brake()
	for i, v := range vs {
		at = i
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			return
		}
		acc, err := f(ctx, s.acc, v)
		if err != nil {
			failed, returned = 1, true
			s.UserError(err)
			return
		}
		s.acc = acc
	}
	at, returned = len(vs), true
}
