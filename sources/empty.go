package sources

import (
	"context"
	"errors"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Empty completes without an element.
//
//	Empty()  --|
//
// Demand: needs none.
//
// Buffer: none.
//
// Errors: none of its own.
//
// Ends: completes at once.
func Empty[T any](opts ...Option) flow.Publisher[T] {
	return &silentSource[T]{stage.NewBlueprint("empty", nil, opts), nil}
}

// Never emits nothing and does not end by itself.
//
//	Never()  -----
//
// Demand: ignored.
//
// Buffer: none.
//
// Errors: none but the end of the context.
//
// Ends: when its subscriber cancels, its context ends, or its graph drains.
func Never[T any](opts ...Option) flow.Publisher[T] {
	return &silentSource[T]{stage.NewBlueprint("never", nil, opts), errNever}
}

// Error ends with err without an element.
//
//	Error(err)  --X
//
// Demand: needs none.
//
// Buffer: none.
//
// Errors: err, as it is. Panics if err is nil.
//
// Ends: with err, at once.
func Error[T any](err error, opts ...Option) flow.Publisher[T] {
	stage.Require(err != nil, "sources.Error: nil error")
	return &silentSource[T]{stage.NewBlueprint("error", nil, opts), err}
}

// errNever stands for not ending at all.
var errNever = errors.New("never")

type silentSource[T any] struct {
	stage.Blueprint
	err error
}

func (p *silentSource[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &silentSubscription[T]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type silentSubscription[T any] struct {
	stage.Source[T]
	plan *silentSource[T]
}

func (s *silentSubscription[T]) Produce(int) (emitted int, next stage.Progress, err error) {
	if s.plan.err == errNever { //nolint:errorlint // it is this very value
		return 0, stage.Wait, nil
	}
	return 0, stage.Last, s.plan.err
}

func (s *silentSubscription[T]) Stop() {}
