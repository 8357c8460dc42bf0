package operators

import (
	"context"
	"errors"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// OnErrorComplete emits the elements of src. If src fails with an error for
// which ignore returns true, it completes in its place.
//
//	source                     --1--2--X
//	OnErrorComplete(isClosed)
//	result                     --1--2--|
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: those of src that ignore rejects. If ignore panics, the
// [flow.PanicError] is joined with the error of src. ignore gets every error of
// src, panics above among them; the end of the context is not an error of src
// and is passed on.
//
// Ends: completes when upstream does, or fails with what is ignored.
func OnErrorComplete[T any](src flow.Publisher[T], ignore func(err error) bool, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.OnErrorComplete: nil source")
	stage.Require(ignore != nil, "operators.OnErrorComplete: nil function")
	return &onErrorCompleteOp[T]{stage.NewBlueprint("onerrorcomplete", src, opts), stage.Adapt(src), ignore}
}

type onErrorCompleteOp[T any] struct {
	stage.Blueprint
	src    flow.Publisher[T]
	ignore func(error) bool
}

func (p *onErrorCompleteOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &onErrorCompleteStage[T]{ignore: p.ignore}
	s.ctx = ctx
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type onErrorCompleteStage[T any] struct {
	onErrorLink[T]
	ignore func(error) bool
}

// Transparent: see transparent.go.
func (*onErrorCompleteStage[T]) Transparent() {}

func (s *onErrorCompleteStage[T]) OnError(err error) {
	if s.foreign(err) {
		s.Fail(err)
		return
	}
	ignored, returned := false, false
	defer func() { // also after runtime.Goexit, when nothing else will run
		switch {
		case !returned:
			s.Fail(errors.Join(s.Broken(recover()), err))
		case ignored && s.ctx.Err() == nil:
			s.Complete()
		default:
			s.Fail(err)
		}
	}()
	ignored = s.ignore(err)
	returned = true
}
