package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Reduce emits one element when upstream completes: f(…f(f(v1, v2), v3)…, vn).
// Of one element it emits that, without a call of f, and of none nothing.
// [Fold] begins with a value of its own.
//
//	source         --1--2--3--|
//	Reduce(+)
//	result         -----------6|
//
// Demand: unbounded, from the first request on.
//
// Buffer: the running result, which counts as one element: the others have been
// merged into it.
//
// Errors: passes upstream's on, without a result. A panic in f ends the stream
// with a [flow.PanicError].
//
// Ends: completes with the result.
func Reduce[T any](src flow.Publisher[T], f func(T, T) T, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Reduce: nil source")
	stage.Require(f != nil, "operators.Reduce: nil function")
	p := &reduceOp[T]{stage.NewBlueprint("reduce", src, opts), stage.Adapt(src), f}
	p.Node().Capacity = 1
	return p
}

type reduceOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	f   func(T, T) T
}

func (p *reduceOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &reduceStage[T]{f: p.f}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type reduceStage[T any] struct {
	stage.Holder[T, T]
	f   func(T, T) T
	in  stage.One[T]
	acc []T // the result so far, if there is one that f does not have
}

// Transparent implements [stage.Transparent].
func (*reduceStage[T]) Transparent() {}

func (s *reduceStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *reduceStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	if len(s.acc) == 0 {
		s.keep(append(s.acc, vs[0]))
		vs = vs[1:]
	}
	at, returned := 0, false
	acc, f, brake := s.acc[0], s.f, s.Brake()
	defer func() {
		s.Lost(flow.Merged, int64(at))
		if returned {
			s.acc[0] = acc
			return
		}
		s.Lost(flow.Failed, 1) // the result, which f has as well
		s.keep(nil)
		s.FailAt(nil, vs[at+1:], s.Broken(recover()))
	}()
	for i, v := range vs {
		at = i
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Let(vs[i:], flow.Cancelled)
			return
		}
		acc = f(acc, v)
	}
	at, returned = len(vs), true
}

func (s *reduceStage[T]) keep(acc []T) {
	s.acc = acc
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(acc)))
	}
}

// Flush emits the result when upstream has completed.
func (s *reduceStage[T]) Flush(n int) (emitted int, more bool) {
	switch {
	case s.Failed():
		s.Clear(flow.Failed)
		return 0, false
	case !s.Completed() || len(s.acc) == 0:
		return 0, false
	case n == 0:
		return 0, true
	}
	acc := s.acc
	s.keep(nil)
	s.Emit(acc)
	return 1, false
}

// Want asks for everything as soon as anything is asked for.
func (s *reduceStage[T]) Want(demand int64) int64 {
	if demand == 0 {
		return 0
	}
	return flow.Unbounded
}

// Clear lets go of the result.
func (s *reduceStage[T]) Clear(reason flow.Reason) {
	s.Let(s.acc, reason)
	s.keep(nil)
}
