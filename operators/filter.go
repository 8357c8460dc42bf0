package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Filter emits the elements for which keep returns true.
//
//	source         --1--2--3--4--|
//	Filter(even)
//	result         -----2-----4--|
//
// Demand: passed up, plus one for each element that was not kept.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in keep ends the stream with a
// [flow.PanicError], after the elements before it.
//
// Ends: completes when upstream does.
func Filter[T any](src flow.Publisher[T], keep func(T) bool, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Filter: nil source")
	stage.Require(keep != nil, "operators.Filter: nil function")
	return &filterOp[T]{stage.NewBlueprint("filter", src, opts), stage.Adapt(src), keep}
}

type filterOp[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	keep func(T) bool
}

func (p *filterOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &filterStage[T]{keep: p.keep}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type filterStage[T any] struct {
	stage.Link[T, T]
	keep func(T) bool
	in   stage.One[T]
	out  stage.Scratch[T]
}

func (s *filterStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *filterStage[T]) OnNextBatch(vs []T) {
	out := s.out.Get(len(vs))
	n := s.apply(vs, out)
	s.Batch(out[:n])
	s.out.Put(out[:n])
}

// apply copies to out what is kept and returns how many elements that is, and
// asks upstream for as many as were not. Where keep does not return, it hands
// on what came before and ends the stream.
func (s *filterStage[T]) apply(vs, out []T) (n int) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.Lost(flow.Filtered, int64(at-n))
			s.FailFrom(out[:n], vs[at:], s.Broken(recover()))
			n = 0
		}
	}()
	keep, release, brake := s.keep, s.Releaser(), s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Discard(vs[i:])
			s.Replace(i - n)
			return n
		}
		at = i
		if keep(v) {
			out[n] = v
			n++
		} else if release != nil {
			release(v, flow.Filtered)
		}
	}
	returned = true
	s.Replace(len(vs) - n)
	return n
}
