package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// TryMap is [Map] for a function that can fail or needs the context of the
// run. Elements are handled one after another.
//
//	source         --1--2--3--|
//	TryMap(v/(3-v))
//	result         --0--2--X
//
// Demand: passed up as it is, and one for each element that is left out.
//
// Buffer: none.
//
// Errors: an error that f returns ends the stream as a [flow.StageError], after
// the elements before it; a panic as a [flow.PanicError]. [flow.ErrSkip] leaves
// the element out: see [DeadLetter]. Passes upstream's on.
//
// Ends: completes when upstream does.
func TryMap[In, Out any](src flow.Publisher[In], f func(context.Context, In) (Out, error), opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.TryMap: nil source")
	stage.Require(f != nil, "operators.TryMap: nil function")
	return &tryMapOp[In, Out]{stage.NewBlueprint("trymap", src, opts), stage.Adapt(src), f}
}

type tryMapOp[In, Out any] struct {
	stage.Blueprint
	src flow.Publisher[In]
	f   func(context.Context, In) (Out, error)
}

func (p *tryMapOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &tryMapStage[In, Out]{f: p.f, user: stage.UserContext(ctx)}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type tryMapStage[In, Out any] struct {
	stage.Link[In, Out]
	f    func(context.Context, In) (Out, error)
	user context.Context
	in   stage.One[In]
	out  stage.Scratch[Out]

	skipped int // elements of the batch that were left out
}

func (s *tryMapStage[In, Out]) OnNext(v In) { s.OnNextBatch(s.in.One(v)) }

func (s *tryMapStage[In, Out]) OnNextBatch(vs []In) {
	out := s.out.Get(len(vs))
	n := s.apply(vs, out)
	s.Batch(out[:n])
	s.out.Put(out[:n])
	s.Instead(s.skipped)
	s.skipped = 0
}

// apply fills out and returns how many elements it holds. Where f fails or
// does not return, it hands on what came before and ends the stream.
func (s *tryMapStage[In, Out]) apply(vs []In, out []Out) (n int) {
	at, returned := 0, false
	defer func() {
		if !returned {
			before := out[:n]
			n = 0
			s.FailAt(before, vs[at+1:], s.Broken(recover()))
		}
	}()
	f, user, brake := s.f, s.user, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Discard(vs[i:])
			return n
		}
		at = i
		r, err := f(user, v)
		switch {
		case err == nil:
			out[n] = r
			n++
		case stage.Skips(err):
			s.skipped++
			s.Skip(v, err)
		default:
			returned = true
			s.FailAt(out[:n], vs[i+1:], s.UserError(err))
			return 0
		}
	}
	returned = true
	return n
}
