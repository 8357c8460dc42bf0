package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Scan emits the running result of f: f(zero, v1), f(f(zero, v1), v2), and so
// on, one for each element. zero itself is not emitted. It is shared by all
// subscriptions: a map or a pointer that f changes is not for a blueprint that
// is subscribed more than once.
//
//	source         --1--2--3--|
//	Scan(0, +)
//	result         --1--3--6--|
//
// Demand: passed up as it is.
//
// Buffer: none, besides the running result.
//
// Errors: passes upstream's on. A panic in f ends the stream with a
// [flow.PanicError], after the results before it.
//
// Ends: completes when upstream does.
func Scan[T, R any](src flow.Publisher[T], zero R, f func(R, T) R, opts ...Option) flow.Publisher[R] {
	stage.Require(src != nil, "operators.Scan: nil source")
	stage.Require(f != nil, "operators.Scan: nil function")
	return &scanOp[T, R]{stage.NewBlueprint("scan", src, opts), stage.Adapt(src), zero, f}
}

type scanOp[T, R any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	zero R
	f    func(R, T) R
}

func (p *scanOp[T, R]) Subscribe(ctx context.Context, down flow.Subscriber[R]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &scanStage[T, R]{acc: p.zero, f: p.f}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type scanStage[T, R any] struct {
	stage.Link[T, R]
	acc R
	f   func(R, T) R
	in  stage.One[T]
	out stage.Scratch[R]
}

func (s *scanStage[T, R]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *scanStage[T, R]) OnNextBatch(vs []T) {
	out := s.out.Get(len(vs))
	n := s.apply(vs, out)
	s.Batch(out[:n])
	s.out.Put(out[:n])
}

// apply fills out and returns how many results it holds. Where f does not
// return, it hands on what came before and ends the stream.
func (s *scanStage[T, R]) apply(vs []T, out []R) (n int) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.FailAt(out[:at], vs[at+1:], s.Broken(recover()))
		}
	}()
	acc, f, brake := s.acc, s.f, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.acc = acc
			s.Discard(vs[i:])
			return i
		}
		at = i
		acc = f(acc, v)
		out[i] = acc
	}
	s.acc, returned = acc, true
	return len(vs)
}
