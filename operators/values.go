package operators

import (
	"context"
	"slices"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// valuesOp emits the values that were given to an operator. A drain does not
// cut them short: they are a part of what the operator emits, and not new work.
type valuesOp[T any] struct {
	stage.Blueprint
	values []T
}

func newValues[T any](values []T) *valuesOp[T] {
	return &valuesOp[T]{stage.NewBlueprint("values", nil, nil), slices.Clone(values)}
}

func (p *valuesOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &valuesSubscription[T]{stage.Values[T]{Rest: p.values}}
	s.Begin(ctx, p.Node(), down, s)
}

type valuesSubscription[T any] struct{ stage.Values[T] }

// Drain does nothing: the values are still emitted.
func (*valuesSubscription[T]) Drain() {}
