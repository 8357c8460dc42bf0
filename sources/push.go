package sources

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// Push emits what callbacks give to an [Emitter]. start is called once for
// each subscription, on a goroutine of its own; it registers the callbacks,
// which may use the emitter from any number of goroutines until the stream is
// over. Elements of one goroutine keep their order.
//
// The context that start gets ends when nothing is taken any more: because the
// stream has ended, or its graph drains, or the emitter was told Complete or
// Fail. start may return at once, and the stream goes on; or it waits for the
// end of the context, unregisters the callbacks and returns nil, which happens
// before the sink of the stream returns.
//
//	Push(2, flow.DropOldest)  --a----b--c--|
//
// Demand: callbacks do not know of it. The strategy says what happens to an
// element when capacity elements are held, and [Emitter.Emit] what has happened.
// With [flow.Block] Emit waits; then it must not be called from inside the
// stream that it feeds.
//
// Buffer: at most capacity elements; [flow.Latest] keeps one, so its capacity
// must be 1.
//
// Errors: the error of [Emitter.Fail] or the one that start returns, as a
// [flow.StageError], after the elements before it; a panic in start as a
// [flow.PanicError]. With [flow.Fail] an element without room ends the stream
// with an error that wraps [flow.ErrOverflow], after the elements before it.
//
// Ends: completes when the emitter is told Complete and what is held has been
// emitted. Panics if capacity is less than 1 or the strategy is unknown.
func Push[T any](capacity int, strategy flow.Overflow, start func(ctx context.Context, out *Emitter[T]) error, opts ...Option) flow.Publisher[T] {
	stage.RequireQueue("sources.Push", capacity, strategy)
	stage.Require(start != nil, "sources.Push: nil function")
	p := &pushSource[T]{stage.NewBlueprint("push", nil, opts), capacity, strategy, start}
	n := p.Node()
	n.Capacity, n.Strategy = int64(capacity), strategy
	return p
}

type pushSource[T any] struct {
	stage.Blueprint
	capacity int
	strategy flow.Overflow
	start    func(context.Context, *Emitter[T]) error
}

func (p *pushSource[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &pushSubscription[T]{start: p.start}
	user, cancel := context.WithCancel(scheduler.Blocking(stage.UserContext(ctx)))
	s.emitter = newEmitter(s, p)
	s.emitter.ctx, s.emitter.cancel, s.emitter.run = user, cancel, scheduler.RunOf(ctx)
	s.Begin(ctx, p.Node(), down, s)
}

// pushSubscription is the head that emits what its emitter holds.
type pushSubscription[T any] struct {
	stage.Source[T]
	start   func(context.Context, *Emitter[T]) error
	emitter *Emitter[T]
	begun   bool
	out     []T // the batch that is being handed on
}

func (s *pushSubscription[T]) Produce(n int) (emitted int, next stage.Progress, err error) {
	if !s.begun {
		s.begun = true
		if s.emitter.ctx.Err() == nil { // neither ended nor drained
			s.Outlet.Run().Block(s.call)
		}
	}
	vs, held, ended, err := s.emitter.take(s.out[:0], n)
	s.Batch(vs)
	clear(vs)
	s.out = vs
	if m := s.Meter(); m != nil {
		m.Buffered(int64(held))
	}
	switch {
	case ended && held == 0:
		return len(vs), stage.Last, err
	case held > 0:
		return len(vs), stage.More, nil
	}
	return len(vs), stage.Wait, nil
}

// call calls start. An error that it returns when it has been told to stop is
// no news.
func (s *pushSubscription[T]) call() {
	e := s.emitter
	returned := false
	defer func() {
		if !returned {
			e.fail(s.Broken(recover()))
		}
	}()
	err := s.start(e.ctx, e)
	returned = true
	if err != nil && s.Cause() == nil { // else it was faster than the head
		e.close(&flow.StageError{Stage: s.Name(), Err: err})
	}
}

// Drain closes the entrance. What is held is still emitted.
func (s *pushSubscription[T]) Drain() { s.emitter.close(nil) }

// Stop closes the entrance and lets go of what is held.
func (s *pushSubscription[T]) Stop() { s.let(s.emitter.stop(), flow.Cancelled) }

// overflow returns the error of an element without room.
func (s *pushSubscription[T]) overflow() error {
	if m := s.Meter(); m != nil {
		m.Failed(flow.OverflowError)
	}
	return &flow.StageError{Stage: s.Name(), Err: flow.ErrOverflow}
}

// let lets go of elements.
func (s *pushSubscription[T]) let(vs []T, reason flow.Reason) {
	s.Lost(reason, int64(len(vs)))
	stage.Tell(s.emitter.release, vs, reason)
}
