package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// MapIndexed emits f(i, v) for each element v, where i is how many elements
// came before it.
//
//	source         --a--b--c--|
//	MapIndexed(v with i)
//	result         --a0-b1-c2-|
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on. A panic in f ends the stream with a
// [flow.PanicError], after the elements before it.
//
// Ends: completes when upstream does.
func MapIndexed[In, Out any](src flow.Publisher[In], f func(index int64, v In) Out, opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.MapIndexed: nil source")
	stage.Require(f != nil, "operators.MapIndexed: nil function")
	return &mapIndexedOp[In, Out]{stage.NewBlueprint("mapindexed", src, opts), stage.Adapt(src), f}
}

type mapIndexedOp[In, Out any] struct {
	stage.Blueprint
	src flow.Publisher[In]
	f   func(int64, In) Out
}

func (p *mapIndexedOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	i := &indexing[In, Out]{f: p.f}
	s := &mapStage[In, Out]{f: i.next}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// indexing is the function of one subscription.
type indexing[In, Out any] struct {
	f     func(int64, In) Out
	index int64 // of the next element
}

func (i *indexing[In, Out]) next(v In) Out {
	i.index++
	return i.f(i.index-1, v)
}
