package sources

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Defer emits the elements of the publisher that f returns. f is called for
// each subscription, on the island of the subscriber, and may build what that
// subscription alone uses: a connection, a file, the time of its start.
//
//	Defer(f)  --1--2--3--|   the publisher of the first subscription
//	Defer(f)  --7--8--|      that of the second
//
// Demand: passed on to the publisher as it is.
//
// Buffer: none. What the publisher holds is its own, so the capacity of the
// stage is not known.
//
// Errors: those of the publisher. If f returns an error, panics, or returns a
// nil publisher, this subscription ends with an error that names the stage.
//
// Ends: when the publisher does. If the context has ended, the subscriber has
// left or the graph drains before f was called, it is not called.
func Defer[T any](f func(ctx context.Context) (flow.Publisher[T], error), opts ...Option) flow.Publisher[T] {
	stage.Require(f != nil, "sources.Defer: nil function")
	p := &deferSource[T]{stage.NewBlueprint("defer", nil, opts), f}
	p.Node().Capacity = flow.UnknownCapacity // f's publisher may hold anything
	return p
}

type deferSource[T any] struct {
	stage.Blueprint
	f func(context.Context) (flow.Publisher[T], error)
}

func (p *deferSource[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &deferSubscription[T]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type deferSubscription[T any] struct {
	stage.Relay[T]
	plan  *deferSource[T]
	built bool
}

// After builds the publisher.
func (s *deferSubscription[T]) After(err error) (next flow.Publisher[T], p stage.Progress, end error) {
	if s.built || s.Draining() || s.Stopped() {
		return nil, stage.Last, err
	}
	s.built = true
	s.Dynamic()
	end = s.Try(nil, func() (failed error) {
		if next, failed = s.plan.f(stage.UserContext(s.Context())); next == nil && failed == nil {
			failed = stage.ErrNilPublisher
		}
		return failed
	})
	if end != nil {
		next = nil
	}
	return next, stage.Last, end
}
