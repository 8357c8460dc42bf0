package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Fold emits one element when upstream completes: f(…f(f(zero, v1), v2)…, vn),
// or zero if there was no element. zero is shared by all subscriptions: a map
// or a pointer that f changes is not for a blueprint that is subscribed more
// than once.
//
//	source         --1--2--3--|
//	Fold(0, +)
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
func Fold[T, R any](src flow.Publisher[T], zero R, f func(R, T) R, opts ...Option) flow.Publisher[R] {
	stage.Require(src != nil, "operators.Fold: nil source")
	stage.Require(f != nil, "operators.Fold: nil function")
	p := &foldOp[T, R]{stage.NewBlueprint("fold", src, opts), stage.Adapt(src), zero, f}
	p.Node().Capacity = 1
	return p
}

type foldOp[T, R any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	zero R
	f    func(R, T) R
}

func (p *foldOp[T, R]) Subscribe(ctx context.Context, down flow.Subscriber[R]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &foldStage[T, R]{acc: p.zero, f: p.f, release: flow.ReleaseFunc[R]()}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type foldStage[T, R any] struct {
	stage.Holder[T, R]
	acc     R
	f       func(R, T) R
	in      stage.One[T]
	release func(R, flow.Reason)
	holds   bool // acc stands for elements
	given   bool // acc has been given to f, which did not return
}

func (s *foldStage[T, R]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *foldStage[T, R]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	at, returned := 0, false
	acc, f, brake := s.acc, s.f, s.Brake()
	defer func() {
		s.acc = acc
		s.merge(at)
		if !returned {
			s.given = true
			s.FailAt(nil, vs[at+1:], s.Broken(recover()))
		}
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

// merge accounts for n elements: the first is held, in the result, and the
// others are merged into that.
func (s *foldStage[T, R]) merge(n int) {
	if n > 0 && !s.holds {
		s.holds = true
		n--
		if m := s.Meter(); m != nil {
			m.Buffered(1)
		}
	}
	s.Lost(flow.Merged, int64(n))
}

// Flush emits the result when upstream has completed.
func (s *foldStage[T, R]) Flush(n int) (emitted int, more bool) {
	switch {
	case s.Failed():
		s.Clear(flow.Failed)
		return 0, false
	case !s.Completed():
		return 0, false
	case n == 0:
		return 0, true
	}
	s.holds = false
	s.Emit([]R{s.acc})
	return 1, false
}

// Want asks for everything as soon as anything is asked for.
func (s *foldStage[T, R]) Want(demand int64) int64 {
	if demand == 0 {
		return 0
	}
	return flow.Unbounded
}

// Clear lets go of the result, unless f has it or it is nothing but zero.
func (s *foldStage[T, R]) Clear(reason flow.Reason) {
	if !s.holds {
		return
	}
	s.holds = false
	s.Lost(reason, 1)
	if s.release != nil && !s.given {
		s.release(s.acc, reason)
	}
}
