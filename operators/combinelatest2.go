package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// CombineLatest2 is [CombineLatest] for two sources of different types: it
// emits combine(v, w) for each element of a or b and the newest of the other,
// as soon as there is one of each. combine only looks at them: they are used
// again.
//
//	a              --1-------2-----3--|
//	b              -----x-y-----z--|
//	CombineLatest2(a, b, join)
//	result         -----1x1y-2y-2z-3z-|
//
// Demand: requests of each source what is demanded, at most 256 elements at a
// time, and another for each that could not be combined.
//
// Buffer: at most 256 elements of each source that wait for demand, and the
// newest of each.
//
// Errors: the first error of a source cancels the other and is passed on after
// the elements before it. A panic in combine ends the stream with a
// [flow.PanicError], after the elements before it.
//
// Ends: completes when both sources have, or when one has that has emitted
// nothing.
func CombineLatest2[A, B, R any](a flow.Publisher[A], b flow.Publisher[B], combine func(A, B) R, opts ...Option) flow.Publisher[R] {
	stage.Require(a != nil, "operators.CombineLatest2: nil source 0")
	stage.Require(b != nil, "operators.CombineLatest2: nil source 1")
	stage.Require(combine != nil, "operators.CombineLatest2: nil function")
	p := &combineLatest2Op[A, B, R]{stage.NewBlueprint("combinelatest2", nil, opts), stage.Adapt(a), stage.Adapt(b), combine}
	p.Node().More = &flow.NodeList{flow.NodeOf(a), flow.NodeOf(b)}
	p.Node().Capacity = 2 * (latestWindow + 1)
	return p
}

type combineLatest2Op[A, B, R any] struct {
	stage.Blueprint
	a       flow.Publisher[A]
	b       flow.Publisher[B]
	combine func(A, B) R
}

func (p *combineLatest2Op[A, B, R]) Subscribe(ctx context.Context, down flow.Subscriber[R]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	rows := &latestPairs[A, B, R]{plan: p}
	s := &latestStage[R]{rows: rows, sides: []latestSide{&rows.a, &rows.b}}
	rows.a.Init(s, 0)
	rows.b.Init(s, 1)
	rows.stage = s
	s.InOrder()
	s.Begin(ctx, p.Node(), down, s)
}

// latestPairs makes the rows of a [CombineLatest2].
type latestPairs[A, B, R any] struct {
	plan  *combineLatest2Op[A, B, R]
	stage *latestStage[R]
	a     latest[A]
	b     latest[B]
}

func (r *latestPairs[A, B, R]) open() {
	stage.Subscribe(r.stage.Context(), r.plan.a, &r.a, r.stage.Meter())
	stage.Subscribe(r.stage.Context(), r.plan.b, &r.b, r.stage.Meter())
}

func (r *latestPairs[A, B, R]) make() R { return r.plan.combine(r.a.now[0], r.b.now[0]) }
