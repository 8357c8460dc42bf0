package stage

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Sink is the end of a stream that blocks its caller. A sink embeds it, adds
// OnNext and OnNextBatch, and calls Drive.
type Sink[T any] struct {
	brake
	Delivered int64 // elements the sink has dealt with

	node    *flow.Node
	up      flow.Subscription
	run     *scheduler.Run
	island  *scheduler.Island
	meter   *scheduler.Meter
	first   int64 // demand at the start
	err     error
	failed  atomic.Pointer[error] // what could not be signalled
	release func(T, flow.Reason)
}

func (*Sink[T]) native() {}

// Halted stops the work on a batch: the context has ended.
func (s *Sink[T]) Halted() { s.end() }

// Quit does nothing: the sink has left.
func (*Sink[T]) Quit() {}

// NewSink describes a sink with its upstream.
func NewSink(kind string, src any, opts []Option) *flow.Node {
	b := NewBlueprint(kind, src, opts)
	b.node.Sink = true
	return &b.node
}

// Drive subscribes self, which embeds s, to src with the demand first, and
// runs the stream on the calling goroutine until it ends or Stop is called.
// Every goroutine of the stream has ended when it returns.
func (s *Sink[T]) Drive(ctx context.Context, node *flow.Node, src flow.Publisher[T], self flow.BatchSubscriber[T], first int64) error {
	s.Open(ctx, node, src, self, first)
	defer s.Close()
	s.Await()
	return s.Err()
}

// Open subscribes self to src.
func (s *Sink[T]) Open(ctx context.Context, node *flow.Node, src flow.Publisher[T], self flow.BatchSubscriber[T], first int64) {
	s.node, s.first, s.release = node, first, flow.ReleaseFunc[T]()
	s.run, s.island = scheduler.NewRun(ctx, node, s.fail)
	s.meter = scheduler.NewMeter(s.island, node, nil)
	returned := false
	defer func() {
		if returned {
			return
		}
		if r := recover(); r != nil {
			panic(r) // wrong arguments; the stack is still there
		}
		// A scheduler may run the islands above in here, and a function that
		// they call has ended the goroutine of the sink.
		s.Close()
	}()
	Subscribe(s.island, Adapt(src), self, s.meter)
	returned = true
}

// Await runs the stream until it ends or Stop is called.
func (s *Sink[T]) Await() { s.run.Await(s.island) }

// OnIdle lets Await call f whenever it has nothing to do.
func (s *Sink[T]) OnIdle(f func()) { s.island.OnIdle(f) }

// Resume makes Await possible again after a Stop that was only a pause.
func (s *Sink[T]) Resume() { s.island.Reopen() }

// Pause lets Await return.
func (s *Sink[T]) Pause() { s.island.Close() }

// Err returns the error of the stream.
func (s *Sink[T]) Err() error {
	if p := s.failed.Load(); p != nil && s.err == nil {
		return *p
	}
	return s.err
}

// Close cancels what still runs and waits until every goroutine has ended.
func (s *Sink[T]) Close() {
	if !s.Left() {
		s.Stop(nil)
	}
	s.run.Sums().Delivered.Add(s.Delivered)
	s.run.Finish(s.island)
	if s.meter != nil {
		s.meter.Out = s.Delivered
		s.meter.End()
	}
	s.run.Seal()
}

// Context returns the context for user functions.
func (s *Sink[T]) Context() context.Context { return s.island.Context }

// Done reports whether the stream has ended or the sink has stopped it.
func (s *Sink[T]) Done() bool { return s.Left() || s.failed.Load() != nil }

// Request asks for n more elements.
func (s *Sink[T]) Request(n int64) { s.up.Request(n) }

// Stop cancels the stream and lets Await return. err is what Drive returns.
func (s *Sink[T]) Stop(err error) {
	if !s.leave() {
		if err != nil {
			s.run.Undeliverable(err)
		}
		return
	}
	s.err = err
	if s.up != nil {
		s.up.Cancel()
	}
	s.island.Close()
}

// fail ends the stream from any goroutine with an error that could not be
// delivered as a signal.
func (s *Sink[T]) fail(err error) {
	if !s.failed.CompareAndSwap(nil, &err) {
		s.run.Undeliverable(err)
	}
	s.island.Close()
}

// OnSubscribe requests the first elements.
func (s *Sink[T]) OnSubscribe(sub flow.Subscription) {
	if s.up != nil {
		sub.Cancel()
		return
	}
	s.up = sub
	if s.first > 0 {
		sub.Request(s.first)
	}
}

// OnError ends the stream with err.
func (s *Sink[T]) OnError(err error) {
	if err == nil {
		err = errNilError
	}
	s.finish(err)
}

// OnComplete ends the stream.
func (s *Sink[T]) OnComplete() { s.finish(nil) }

func (s *Sink[T]) finish(err error) {
	if !s.leave() {
		if err != nil {
			s.run.Undeliverable(err)
		}
		return
	}
	s.err = err
	s.island.Close()
}

// Broken ends the stream because a user's function did not return.
func (s *Sink[T]) Broken(recovered any) { s.Stop(s.PanicError(recovered)) }

// PanicError makes an error of what ended a user's function early.
func (s *Sink[T]) PanicError(recovered any) error {
	if s.meter != nil {
		s.meter.Failed(flow.PanicErrors)
	}
	return panicError(s.run.Name(s.node), recovered)
}

// UserError ends the stream with an error that a user's function returned.
func (s *Sink[T]) UserError(err error) { s.Stop(s.StageError(err)) }

// StageError names the sink in an error that a user's function returned.
func (s *Sink[T]) StageError(err error) error {
	if s.meter != nil {
		s.meter.Failed(kindOf(err))
	}
	return &flow.StageError{Stage: s.run.Name(s.node), Err: err}
}

// Deal counts n elements that the sink has dealt with. Only the island may call
// it, or the sink's own goroutine while it does not wait.
func (s *Sink[T]) Deal(n int) {
	s.Delivered += int64(n)
	if s.meter != nil {
		s.meter.Out += int64(n)
	}
}

// Sent is Deal on a goroutine of [Sink.Block], or when the sink is being
// closed.
func (s *Sink[T]) Sent(n int) {
	s.run.Sums().Delivered.Add(int64(n))
	if s.meter != nil {
		s.meter.Stats().Out.Add(int64(n))
	}
}

// Block runs f, which may wait on the outside, on a goroutine of its own. Close
// waits for it.
func (s *Sink[T]) Block(f func()) { s.run.Block(f) }

// Buffered publishes how many elements the sink holds now.
func (s *Sink[T]) Buffered(n int) {
	if s.meter != nil {
		s.meter.Buffered(int64(n))
	}
}

// Lost accounts for n elements that are not dealt with.
func (s *Sink[T]) Lost(r flow.Reason, n int) {
	if n == 0 {
		return
	}
	s.run.Sums().Discarded.Add(int64(n))
	if s.meter != nil {
		s.meter.Lost(r, int64(n))
	}
}

// Discard lets go of elements that the sink will not look at.
func (s *Sink[T]) Discard(vs []T) {
	s.Lost(flow.Cancelled, len(vs))
	Tell(s.release, vs, flow.Cancelled)
}
