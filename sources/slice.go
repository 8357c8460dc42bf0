package sources

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Of emits the values in order.
//
//	Of(1, 2, 3)  --1--2--3--|
//
// Demand: emits as many as are requested.
//
// Buffer: none.
//
// Errors: none of its own.
//
// Ends: completes with the last value, without further demand; at once if
// there is none.
func Of[T any](values ...T) flow.Publisher[T] {
	return &sliceSource[T]{stage.NewBlueprint("of", nil, nil), values}
}

// Slice emits the elements of the slice in order. The slice is not copied: do
// not change it while a stream reads it.
//
//	Slice([a b c])  --a--b--c--|
//
// Demand: emits as many as are requested.
//
// Buffer: none.
//
// Errors: none of its own.
//
// Ends: completes with the last element, without further demand; at once if
// the slice is empty or nil.
func Slice[T any](values []T, opts ...Option) flow.Publisher[T] {
	return &sliceSource[T]{stage.NewBlueprint("slice", nil, opts), values}
}

type sliceSource[T any] struct {
	stage.Blueprint
	values []T
}

func (p *sliceSource[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &stage.Values[T]{Rest: p.values}
	s.Begin(ctx, p.Node(), down, s)
}
