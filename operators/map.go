package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Map emits f(v) for each element v.
//
//	source         --1--2--3--|
//	Map(v*10)
//	result         --10-20-30-|
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in f ends the stream with a
// [flow.PanicError], after the elements before it.
//
// Ends: completes when upstream does.
func Map[In, Out any](src flow.Publisher[In], f func(In) Out, opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.Map: nil source")
	stage.Require(f != nil, "operators.Map: nil function")
	return &mapOp[In, Out]{stage.NewBlueprint("map", src, opts), stage.Adapt(src), f}
}

type mapOp[In, Out any] struct {
	stage.Blueprint
	src flow.Publisher[In]
	f   func(In) Out
}

func (p *mapOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &mapStage[In, Out]{f: p.f}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type mapStage[In, Out any] struct {
	stage.Link[In, Out]
	f   func(In) Out
	in  stage.One[In]
	out stage.Scratch[Out]
}

func (s *mapStage[In, Out]) OnNext(v In) { s.OnNextBatch(s.in.One(v)) }

func (s *mapStage[In, Out]) OnNextBatch(vs []In) {
	out := s.out.Get(len(vs))
	n := s.apply(vs, out)
	s.Batch(out[:n])
	s.out.Put(out[:n])
}

// apply fills out and returns how many elements it holds. Where f does not
// return, it hands on what came before and ends the stream.
func (s *mapStage[In, Out]) apply(vs []In, out []Out) (n int) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.FailAt(out[:at], vs[at+1:], s.Broken(recover()))
		}
	}()
	f, brake := s.f, s.Brake()
	out = out[:len(vs)]
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Discard(vs[i:])
			return i
		}
		at = i
		out[i] = f(v)
	}
	returned = true
	return len(vs)
}
