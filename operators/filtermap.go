package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// FilterMap emits the results of f for which it also returns true. f has
// consumed every element that it was given, as in [Map]: one for which it
// returns false counts as filtered and is not released.
//
//	source         --"1"--"x"--"3"--|
//	FilterMap(number)
//	result         ---1---------3---|
//
// Demand: passed up, plus one for each element for which f returned false.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in f ends the stream with a
// [flow.PanicError], after the results before it.
//
// Ends: completes when upstream does.
func FilterMap[In, Out any](src flow.Publisher[In], f func(In) (Out, bool), opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.FilterMap: nil source")
	stage.Require(f != nil, "operators.FilterMap: nil function")
	return &filterMapOp[In, Out]{stage.NewBlueprint("filtermap", src, opts), stage.Adapt(src), f}
}

type filterMapOp[In, Out any] struct {
	stage.Blueprint
	src flow.Publisher[In]
	f   func(In) (Out, bool)
}

func (p *filterMapOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &filterMapStage[In, Out]{f: p.f}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type filterMapStage[In, Out any] struct {
	stage.Link[In, Out]
	f   func(In) (Out, bool)
	in  stage.One[In]
	out stage.Scratch[Out]
}

// Transparent implements [stage.Transparent].
func (*filterMapStage[In, Out]) Transparent() {}

func (s *filterMapStage[In, Out]) OnNext(v In) { s.OnNextBatch(s.in.One(v)) }

func (s *filterMapStage[In, Out]) OnNextBatch(vs []In) {
	out := s.out.Get(len(vs))
	n := s.apply(vs, out)
	s.Batch(out[:n])
	s.out.Put(out[:n])
}

// apply fills out and returns how many results it holds, and asks upstream for
// as many as f has refused. Where f does not return, it hands on what came
// before and ends the stream.
func (s *filterMapStage[In, Out]) apply(vs []In, out []Out) (n int) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.Lost(flow.Filtered, int64(at-n))
			s.FailAt(out[:n], vs[at+1:], s.Broken(recover()))
			n = 0
		}
	}()
	f, brake := s.f, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Discard(vs[i:])
			s.Replace(i - n)
			return n
		}
		at = i
		if r, ok := f(v); ok {
			out[n] = r
			n++
		}
	}
	returned = true
	s.Replace(len(vs) - n)
	return n
}
