package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// SkipWhile emits all elements from the first one on for which pred returns
// false. After that pred is not called again.
//
//	source         --1--2--9--3--|
//	SkipWhile(v<5)
//	result         --------9--3--|
//
// Demand: passed up, plus one for each element that was skipped.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in pred ends the stream with a
// [flow.PanicError].
//
// Ends: completes when upstream does.
func SkipWhile[T any](src flow.Publisher[T], pred func(T) bool, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.SkipWhile: nil source")
	stage.Require(pred != nil, "operators.SkipWhile: nil function")
	return &skipWhileOp[T]{stage.NewBlueprint("skipwhile", src, opts), stage.Adapt(src), pred}
}

type skipWhileOp[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	pred func(T) bool
}

func (p *skipWhileOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &skipWhileStage[T]{pred: p.pred}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type skipWhileStage[T any] struct {
	stage.Link[T, T]
	pred func(T) bool
	in   stage.One[T]
	open bool // pred has returned false
}

func (s *skipWhileStage[T]) OnNext(v T) {
	if s.open {
		s.Next(v)
		return
	}
	s.OnNextBatch(s.in.One(v))
}

func (s *skipWhileStage[T]) OnNextBatch(vs []T) {
	if !s.open {
		vs = s.skip(vs)
	}
	s.Batch(vs)
}

// skip lets go of what is skipped, asks upstream for as much, and returns the
// rest. Where pred does not return, it ends the stream.
func (s *skipWhileStage[T]) skip(vs []T) (rest []T) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.Let(vs[:at], flow.Filtered)
			s.FailFrom(nil, vs[at:], s.Broken(recover()))
		}
	}()
	pred, brake := s.pred, s.Brake()
	for ; at < len(vs); at++ {
		if atomic.LoadUint32(brake) != 0 {
			break
		}
		if !pred(vs[at]) {
			s.open = true
			break
		}
	}
	returned = true
	s.release(vs[:at])
	if s.open {
		return vs[at:]
	}
	s.Discard(vs[at:])
	return nil
}

func (s *skipWhileStage[T]) release(vs []T) {
	if release := s.Releaser(); release != nil {
		for _, v := range vs {
			release(v, flow.Filtered)
		}
	}
	s.Replace(len(vs))
}
