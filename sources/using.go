package sources

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// Using emits the elements of a publisher that needs a resource: a connection,
// a transaction, a lock. For each subscription it opens the resource, subscribes
// to use(resource), and closes the resource exactly once when that publisher
// has completed, failed or been cancelled, or when the context has ended.
//
//	open           x
//	use(r)          -1--2--3--|
//	finish                    x
//	Using          --1--2--3---|
//
// open and finish run on a goroutine of the stream, so they may wait on the
// outside. The context that open gets ends after finish has returned; in a
// stream that is cancelled it ends before.
//
// Demand: passed on to the publisher as it is. The resource is opened when the
// stream is subscribed, also without demand.
//
// Buffer: none. What the publisher holds is its own, so the capacity of the
// stage is not known.
//
// Errors: those of the publisher; what open and finish return, as a
// [flow.StageError]; a panic as a [flow.PanicError]; a nil publisher. An error
// of finish is joined with the error before it. Where open has failed, neither
// use nor finish is called.
//
// Ends: when the publisher has and finish has returned. After a cancel or the
// end of the context no further function of the publisher is called, the
// resource is closed, and the run waits for that; the error of finish then goes
// to the observer and the log. A call that was under way on another island or
// goroutine of the publisher may see the resource being closed. If the context
// has ended, the subscriber has left or the graph drains before the resource
// was opened, it is not opened.
func Using[R, T any](
	open func(ctx context.Context) (R, error), use func(resource R) flow.Publisher[T], finish func(resource R) error,
	opts ...Option,
) flow.Publisher[T] {
	stage.Require(open != nil, "sources.Using: nil open function")
	stage.Require(use != nil, "sources.Using: nil use function")
	stage.Require(finish != nil, "sources.Using: nil finish function")
	p := &usingSource[R, T]{stage.NewBlueprint("using", nil, opts), open, use, finish}
	p.Node().Capacity = flow.UnknownCapacity // the publisher may hold anything
	return p
}

type usingSource[R, T any] struct {
	stage.Blueprint
	open   func(context.Context) (R, error)
	use    func(R) flow.Publisher[T]
	finish func(R) error
}

func (p *usingSource[R, T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &usingSubscription[R, T]{use: p.use}
	s.state.host, s.state.opener, s.state.closer = &s.Outlet, p.open, p.finish
	s.ctx, s.cancel = context.WithCancel(scheduler.Blocking(stage.UserContext(ctx)))
	s.Begin(ctx, p.Node(), down, s)
}

type usingSubscription[R, T any] struct {
	stage.Relay[T]
	use    func(R) flow.Publisher[T]
	state  resource[R]
	ctx    context.Context // of the resource
	cancel context.CancelFunc
	step   usingStep
	done   atomic.Bool // what was begun on a goroutine has ended
	failed error       // of open; set before done
	err    error       // with which the publisher has ended
}

type usingStep uint8

const (
	usingNothing usingStep = iota
	usingOpens
	usingGoesOn // the publisher does
	usingCloses
)

// After goes from one step to the next.
func (s *usingSubscription[R, T]) After(err error) (flow.Publisher[T], stage.Progress, error) {
	switch s.step {
	case usingNothing:
		if s.Draining() || s.Stopped() {
			return nil, stage.Last, err
		}
		return s.begin(usingOpens, s.opens)
	case usingOpens:
		if !s.done.Load() {
			return nil, stage.Wait, nil
		}
		if s.failed != nil {
			return nil, stage.Last, s.failed
		}
		if !s.Draining() {
			next, failed := s.made()
			if failed == nil {
				s.step = usingGoesOn
				return next, stage.More, nil
			}
			err = failed
		}
	case usingCloses:
		if !s.done.Load() {
			return nil, stage.Wait, nil
		}
		return nil, stage.Last, joined(s.err, s.state.failure())
	case usingGoesOn:
	}
	s.err = err
	return s.begin(usingCloses, s.closes)
}

// begin starts the work of a step on a goroutine of the run.
func (s *usingSubscription[R, T]) begin(step usingStep, work func()) (flow.Publisher[T], stage.Progress, error) {
	s.step = step
	s.done.Store(false)
	s.Outlet.Run().Block(work)
	return nil, stage.Wait, nil
}

// ready says that the work has ended.
func (s *usingSubscription[R, T]) ready() {
	s.done.Store(true)
	s.Ready()
}

func (s *usingSubscription[R, T]) opens() {
	defer s.ready()
	if !s.state.enter() {
		return // the stream is over
	}
	returned := false
	defer func() { // also if open does not return
		if !returned {
			s.failed = s.Broken(recover())
		}
		if s.failed != nil || !s.state.leave() {
			s.state.end()
		}
	}()
	if err := s.state.start(s.ctx); err != nil {
		s.failed = s.UserError(err)
	}
	returned = true
}

func (s *usingSubscription[R, T]) closes() {
	defer s.ready()
	if s.state.enter() {
		s.state.end()
	}
}

// made calls use.
func (s *usingSubscription[R, T]) made() (next flow.Publisher[T], err error) {
	s.Dynamic()
	err = s.Try(nil, func() error {
		if next = s.use(s.state.value); next == nil {
			return stage.ErrNilPublisher
		}
		return nil
	})
	return next, err
}

// Abandon cancels the publisher and has the resource closed.
func (s *usingSubscription[R, T]) Abandon(reason flow.Reason) {
	s.Relay.Abandon(reason)
	s.cancel()
	s.state.abandon()
}
