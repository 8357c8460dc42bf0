package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// TakeLast emits the last n elements, when upstream has completed. Those
// before them are let go of as [flow.Filtered].
//
//	source         --1--2--3--4--|
//	TakeLast(2)
//	result         --------------3--4|
//
// Demand: unbounded, from the first request on.
//
// Buffer: at most n elements. Its memory grows with them.
//
// Errors: passes upstream's on, and lets go of what it holds.
//
// Ends: completes when upstream has, after what it holds. Panics if n is
// negative; with 0 it waits for the end, and emits nothing.
func TakeLast[T any](src flow.Publisher[T], n int, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.TakeLast: nil source")
	stage.Require(n >= 0, "operators.TakeLast: negative count %d", n)
	return takeLast("takelast", src, n, opts)
}

// Last emits the last element, when upstream has completed; none if there is
// none. [TakeLast] is the same for several.
//
//	source         --1--2--3--|
//	Last
//	result         -----------3|
//
// Demand: unbounded, from the first request on.
//
// Buffer: one element. Those before it are let go of as [flow.Filtered].
//
// Errors: passes upstream's on, and lets go of what it holds.
//
// Ends: completes when upstream has, with the last element.
func Last[T any](src flow.Publisher[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Last: nil source")
	return takeLast("last", src, 1, opts)
}

func takeLast[T any](kind string, src flow.Publisher[T], n int, opts []Option) flow.Publisher[T] {
	p := &takeLastOp[T]{stage.NewBlueprint(kind, src, opts), stage.Adapt(src), n}
	p.Node().Capacity = int64(n)
	return p
}

type takeLastOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	n   int
}

func (p *takeLastOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &takeLastStage[T]{newest: newest[T]{n: p.n}}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type takeLastStage[T any] struct {
	stage.Holder[T, T]
	newest newest[T]
	in     stage.One[T]
	out    stage.Scratch[T]
}

// Transparent implements [stage.Transparent].
func (*takeLastStage[T]) Transparent() {}

func (s *takeLastStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *takeLastStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	if over := len(vs) - s.newest.n; over > 0 {
		s.Let(vs[:over], flow.Filtered)
		vs = vs[over:]
	}
	out := s.out.Get(len(vs))
	older := s.newest.push(vs, out)
	s.Let(older, flow.Filtered)
	s.out.Put(older)
	s.count()
}

// count publishes how many elements the stage holds.
func (s *takeLastStage[T]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(s.newest.held()))
	}
}

// Flush emits what is held, when upstream has completed.
func (s *takeLastStage[T]) Flush(n int) (emitted int, more bool) {
	switch {
	case s.Failed():
		s.Clear(flow.Failed)
		return 0, false
	case !s.Completed():
		return 0, false
	}
	vs := s.newest.pop(n)
	s.count()
	s.Emit(vs)
	clear(vs)
	return len(vs), s.newest.held() > 0
}

// Want asks for everything as soon as anything is asked for.
func (s *takeLastStage[T]) Want(demand int64) int64 {
	if demand == 0 {
		return 0
	}
	return flow.Unbounded
}

// Clear lets go of what is held.
func (s *takeLastStage[T]) Clear(reason flow.Reason) {
	for vs := s.newest.pop(s.newest.n); len(vs) > 0; vs = s.newest.pop(s.newest.n) {
		s.Let(vs, reason)
	}
	s.newest.ring = nil
	s.count()
}
