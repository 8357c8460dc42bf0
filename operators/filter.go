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
	taken, kept := s.pick(vs, len(vs), len(vs))
	s.Discard(vs[taken:])
	s.Again(taken - kept)
}

// Offer implements [stage.Selective].
func (s *filterStage[T]) Offer(vs []T, most int) (taken, kept int) { return s.pick(vs, most, 0) }

// pick looks at elements of vs and hands on what is kept of them, until it is
// most. The first own elements of vs are the stage's whatever happens: where keep
// does not return, it hands on what came before, lets go of them, and ends the
// stream.
func (s *filterStage[T]) pick(vs []T, most, own int) (taken, kept int) {
	out := s.out.Get(min(len(vs), most))
	taken, kept = s.apply(vs, out, own)
	s.Batch(out[:kept])
	s.out.Put(out[:kept])
	return taken, kept
}

// apply fills out with what is kept of vs.
func (s *filterStage[T]) apply(vs, out []T, own int) (taken, kept int) {
	at, n, returned := 0, 0, false
	defer func() {
		if !returned {
			s.Lost(flow.Filtered, int64(at-n))
			s.FailFrom(out[:n], vs[at:max(at+1, own)], s.Broken(recover()))
			taken, kept = max(at+1, own), 0
		}
	}()
	keep, release, brake := s.keep, s.Releaser(), s.Brake()
	taken = len(vs)
	for i, v := range vs {
		if n == len(out) || atomic.LoadUint32(brake) != 0 {
			taken = i
			break
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
	s.Lost(flow.Filtered, int64(taken-n))
	return taken, n
}
