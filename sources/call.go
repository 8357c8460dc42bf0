package sources

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Call emits the one value that f returns. f is called for each subscription,
// with its first request, on a goroutine of the stream, so it may wait on the
// outside. Its context ends when the stream does, or when its graph drains.
//
//	f              [---]
//	Call(f)        ----v|
//
// Demand: f is called with the first request.
//
// Buffer: at most one element, on its way to the island.
//
// Errors: what f returns, as a [flow.StageError]; a panic as a
// [flow.PanicError].
//
// Ends: completes with the element. After a cancel the run waits until f has
// returned, and lets go of its value.
func Call[T any](f func(ctx context.Context) (T, error), opts ...Option) flow.Publisher[T] {
	stage.Require(f != nil, "sources.Call: nil function")
	return &callSource[T]{stage.NewBlueprint("call", nil, opts), f}
}

type callSource[T any] struct {
	stage.Blueprint
	f func(context.Context) (T, error)
}

func (p *callSource[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := new(stage.Feed[T])
	s.Room(1)
	s.BeginFeed(ctx, p.Node(), down, nil, func(ctx context.Context) error {
		v, err := p.f(ctx)
		if err == nil {
			s.Take(v)
		}
		return err
	})
}
