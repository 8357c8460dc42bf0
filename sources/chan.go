package sources

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Chan emits what it receives from the channel. Several subscriptions share
// the channel: each element goes to one of them.
//
//	Chan(c)  --a----b--c--|
//
// Demand: receives one element for each that is requested, and none besides.
// It holds a goroutine only while there is demand.
//
// Buffer: at most 256 demanded elements, on their way to the island.
//
// Errors: none of its own.
//
// Ends: completes when the channel is closed. It never closes or empties a
// channel that is not its own.
func Chan[T any](c <-chan T, opts ...Option) flow.Publisher[T] {
	stage.Require(c != nil, "sources.Chan: nil channel")
	return &chanSource[T]{stage.NewBlueprint("chan", nil, opts), c}
}

type chanSource[T any] struct {
	stage.Blueprint
	c <-chan T
}

func (p *chanSource[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := new(stage.Feed[T])
	s.BeginFeed(ctx, p.Node(), down, nil, func(ctx context.Context) error {
		for s.Credit() > 0 {
			select {
			case v, ok := <-p.c:
				if !ok {
					return nil
				}
				s.Take(v)
			case <-ctx.Done():
				return nil
			}
		}
		return stage.ErrPause
	})
}
