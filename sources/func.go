package sources

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Func emits what the function hands to emit. The function runs on a goroutine
// of its own, so it may wait on the outside.
//
// emit waits until the element is demanded, and returns false when the stream
// is over and the element was not taken: then the function should return. Its
// context ends when the stream does, or when its graph drains. emit belongs to
// the goroutine that runs the function.
//
//	Func(f)  --a----b--c--|
//
// Demand: emit takes one element for each that is requested.
//
// Buffer: at most 256 demanded elements, on their way to the island.
//
// Errors: the error that the function returns, as a [flow.StageError]; a panic
// as a [flow.PanicError].
//
// Ends: completes when the function returns nil.
func Func[T any](f func(ctx context.Context, emit func(T) bool) error, opts ...Option) flow.Publisher[T] {
	stage.Require(f != nil, "sources.Func: nil function")
	return &funcSource[T]{stage.NewBlueprint("func", nil, opts), f}
}

type funcSource[T any] struct {
	stage.Blueprint
	f func(context.Context, func(T) bool) error
}

func (p *funcSource[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := new(stage.Feed[T])
	s.BeginFeed(ctx, p.Node(), down, nil, func(ctx context.Context) error { return p.f(ctx, s.Put) })
}
