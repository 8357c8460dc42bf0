package sinks

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ForEach runs the stream and calls f with each element, one after another, or
// with [WithWorkers] from several goroutines at once, in no order. The context
// that f gets ends when the stream does.
//
// Demand: unbounded. With n workers n elements, and one more for each call that
// has returned: there are never more than n in the sink.
//
// Errors: the stream's error; an error that f returns, as a [flow.StageError];
// a panic in f, as a [flow.PanicError]. [flow.ErrSkip] leaves the element out:
// see [DeadLetter]. After an error no further call begins,
// and with workers the context of the other calls ends.
//
// Ends: returns when the stream has ended and its goroutines have returned,
// those of all calls included.
func ForEach[T any](ctx context.Context, src flow.Publisher[T], f func(context.Context, T) error, opts ...Option) error {
	stage.Require(ctx != nil, "sinks.ForEach: nil context")
	stage.Require(src != nil, "sinks.ForEach: nil source")
	stage.Require(f != nil, "sinks.ForEach: nil function")
	node := stage.NewSink("foreach", src, opts)
	if n := stage.Configure(opts).Workers; n > 0 {
		node.Capacity = int64(n)
		return new(stage.SinkWorkers[T]).Drive(ctx, node, src, n, f)
	}
	s := &eachSink[T]{f: f}
	return s.Drive(ctx, node, src, s, flow.Unbounded)
}

// Discard runs the stream and lets go of its elements.
//
// Demand: unbounded.
//
// Errors: the stream's error.
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Discard[T any](ctx context.Context, src flow.Publisher[T], opts ...Option) error {
	stage.Require(ctx != nil, "sinks.Discard: nil context")
	stage.Require(src != nil, "sinks.Discard: nil source")
	release := flow.ReleaseFunc[T]()
	s := &eachSink[T]{f: func(_ context.Context, v T) error {
		if release != nil {
			release(v, flow.Filtered)
		}
		return nil
	}}
	return s.Drive(ctx, stage.NewSink("discard", src, opts), src, s, flow.Unbounded)
}

type eachSink[T any] struct {
	stage.Sink[T]
	in stage.One[T]
	f  func(context.Context, T) error
}

func (s *eachSink[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *eachSink[T]) OnNextBatch(vs []T) {
	at, failed, skipped, returned := 0, 0, 0, false
	defer func() {
		s.Deal(at - skipped)
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
		switch err := f(ctx, v); {
		case err == nil:
		case stage.Skips(err):
			skipped++
			s.Skip(v, err)
		default:
			failed, returned = 1, true
			s.UserError(err)
			return
		}
	}
	at, returned = len(vs), true
}
