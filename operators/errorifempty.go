package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ErrorIfEmpty emits the elements of src, and fails with err if src completes
// without any.
//
//	source         -----|
//	ErrorIfEmpty(err)
//	result         -----X
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes those of src on; err in a [flow.StageError] if there was no
// element, [flow.ErrEmpty] as a rule.
//
// Ends: completes when src does. Panics if err is nil.
func ErrorIfEmpty[T any](src flow.Publisher[T], err error, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.ErrorIfEmpty: nil source")
	stage.Require(err != nil, "operators.ErrorIfEmpty: nil error")
	return &errorIfEmptyOp[T]{stage.NewBlueprint("errorifempty", src, opts), stage.Adapt(src), err}
}

type errorIfEmptyOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	err error
}

func (p *errorIfEmptyOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &errorIfEmptyStage[T]{err: p.err}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type errorIfEmptyStage[T any] struct {
	stage.Link[T, T]
	err  error
	some bool // an element has been handed on
}

// Transparent implements [stage.Transparent].
func (*errorIfEmptyStage[T]) Transparent() {}

func (s *errorIfEmptyStage[T]) OnNext(v T) {
	s.some = true
	s.Next(v)
}

func (s *errorIfEmptyStage[T]) OnNextBatch(vs []T) {
	s.some = true
	s.Batch(vs)
}

// OnComplete fails where nothing has come and somebody waits for it.
func (s *errorIfEmptyStage[T]) OnComplete() {
	if s.some || s.Left() {
		s.Complete()
		return
	}
	s.OnError(&flow.StageError{Stage: s.Name(), Err: s.err})
}
