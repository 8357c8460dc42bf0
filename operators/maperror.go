package operators

import (
	"context"
	"errors"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// MapError emits the elements of src. If src fails, the error is replaced by
// f(err).
//
//	source         --1--2--X(io)
//	MapError(f)
//	result         --1--2--X(f(io))
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: what f returns, as it is and without the name of the stage; where f
// returns nil, src's own: an error is not made a completion. If f panics, the
// [flow.PanicError] is joined with the error of src. f gets every error of src,
// panics above among them; the end of the context is not an error of src and is
// passed on.
//
// Ends: when upstream does.
func MapError[T any](src flow.Publisher[T], f func(err error) error, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.MapError: nil source")
	stage.Require(f != nil, "operators.MapError: nil function")
	return &mapErrorOp[T]{stage.NewBlueprint("maperror", src, opts), stage.Adapt(src), f}
}

type mapErrorOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	f   func(error) error
}

func (p *mapErrorOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &mapErrorStage[T]{f: p.f}
	s.ctx = ctx
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type mapErrorStage[T any] struct {
	onErrorLink[T]
	f func(error) error
}

// Transparent: see transparent.go.
func (*mapErrorStage[T]) Transparent() {}

func (s *mapErrorStage[T]) OnError(err error) {
	if s.foreign(err) {
		s.Fail(err)
		return
	}
	mapped, returned := err, false
	defer func() { // also after runtime.Goexit, when nothing else will run
		if !returned {
			mapped = errors.Join(s.Broken(recover()), err)
		}
		s.Fail(mapped)
	}()
	if e := s.f(err); e != nil {
		mapped = e
	}
	returned = true
}
