package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// OfType emits the elements whose dynamic type is R, or which implement R if
// that is an interface, as values of that type. The element type of the source
// is an interface as a rule.
//
//	source         --1--"a"--2--"b"--|
//	OfType[string]
//	result         -----"a"-----"b"--|
//
// Demand: passed up, plus one for each element of another type.
//
// Buffer: none.
//
// Errors: passes upstream's on.
//
// Ends: completes when upstream does.
func OfType[R, T any](src flow.Publisher[T], opts ...Option) flow.Publisher[R] {
	stage.Require(src != nil, "operators.OfType: nil source")
	return &ofTypeOp[R, T]{stage.NewBlueprint("oftype", src, opts), stage.Adapt(src)}
}

type ofTypeOp[R, T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
}

func (p *ofTypeOp[R, T]) Subscribe(ctx context.Context, down flow.Subscriber[R]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := new(ofTypeStage[R, T])
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type ofTypeStage[R, T any] struct {
	stage.Link[T, R]
	in  stage.One[T]
	out stage.Scratch[R]
}

// Transparent implements [stage.Transparent].
func (*ofTypeStage[R, T]) Transparent() {}

func (s *ofTypeStage[R, T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *ofTypeStage[R, T]) OnNextBatch(vs []T) {
	out, n := s.out.Get(len(vs)), 0
	release := s.Releaser()
	for _, v := range vs {
		if r, ok := any(v).(R); ok {
			out[n] = r
			n++
		} else if release != nil {
			release(v, flow.Filtered)
		}
	}
	s.Replace(len(vs) - n)
	s.Batch(out[:n])
	s.out.Put(out[:n])
}
