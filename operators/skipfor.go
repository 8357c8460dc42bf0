package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// SkipFor leaves out the elements that come before the time d after the
// subscription, and emits the others. One that comes in that very moment is
// emitted.
//
//	source         --1--2--3--4--|
//	SkipFor(8 columns)
//	result         --------3--4--|
//
// Demand: passed up as it is, and an element is asked for in place of each that
// is left out.
//
// Buffer: none.
//
// Errors: passes upstream's on.
//
// Ends: completes when upstream does. Panics if d is negative; 0 leaves out
// nothing.
//
// An element comes when it was asked for: a source that listens to demand keeps
// its elements until then. There is no timer.
func SkipFor[T any](src flow.Publisher[T], d time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.SkipFor: nil source")
	stage.Require(d >= 0, "operators.SkipFor: negative time %v", d)
	return &skipForOp[T]{stage.NewBlueprint("skipfor", src, opts), stage.Adapt(src), d}
}

type skipForOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	d   time.Duration
}

func (p *skipForOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &skipForStage[T]{until: stage.Later(flow.Now(), p.d), open: p.d == 0}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type skipForStage[T any] struct {
	stage.Link[T, T]
	until int64 // when the time has come
	open  bool  // it has
	in    stage.One[T]
}

func (s *skipForStage[T]) OnNext(v T) {
	if s.open {
		s.Next(v)
		return
	}
	s.OnNextBatch(s.in.One(v))
}

func (s *skipForStage[T]) OnNextBatch(vs []T) {
	if !s.open {
		s.open = flow.Now() >= s.until
	}
	if s.open {
		s.Batch(vs)
		return
	}
	stage.Tell(s.Releaser(), vs, flow.Filtered)
	s.Replace(len(vs))
}
