package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// latestWindow is how many elements of each source of a [CombineLatest] may be
// on their way or held.
const latestWindow = 256

// CombineLatest emits combine(row) for each element of a source, with the
// newest elements of the others, as soon as there is one of each. The row has
// an element for each source, in their order. combine only looks at it: it is
// valid until combine returns, and its elements are used again.
//
//	a              --1-------2-----3--|
//	b              -----x-y-----z--|
//	CombineLatest([a b], join)
//	result         -----1x1y-2y-2z-3z-|
//
// No row is left out. Put a [Buffer] with flow.Latest behind CombineLatest where
// only the newest row matters: it never holds the sources up.
//
// Demand: requests of each source what is demanded, at most 256 elements at a
// time, and another for each that could not be combined.
//
// Buffer: at most 256 elements of each source that wait for demand, and the
// newest of each.
//
// Errors: the first error of a source cancels the others and is passed on after
// the elements before it. A panic in combine ends the stream with a
// [flow.PanicError], after the rows before it.
//
// Ends: completes when all sources have, or when one has that has emitted
// nothing; at once if there is no source.
func CombineLatest[T, R any](srcs []flow.Publisher[T], combine func(row []T) R, opts ...Option) flow.Publisher[R] {
	stage.Require(combine != nil, "operators.CombineLatest: nil function")
	p := &combineLatestOp[T, R]{Blueprint: stage.NewBlueprint("combinelatest", nil, opts), combine: combine}
	p.srcs = sourcesOf("operators.CombineLatest", p.Node(), srcs)
	p.Node().Capacity = int64(latestWindow+1) * int64(len(srcs))
	return p
}

type combineLatestOp[T, R any] struct {
	stage.Blueprint
	srcs    []flow.Publisher[T]
	combine func([]T) R
}

func (p *combineLatestOp[T, R]) Subscribe(ctx context.Context, down flow.Subscriber[R]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	if len(p.srcs) == 0 {
		stage.Complete(ctx, p.Node(), down)
		return
	}
	rows := &latestRows[T, R]{plan: p, newest: make([]latest[T], len(p.srcs)), row: make([]T, len(p.srcs))}
	s := &latestStage[R]{rows: rows}
	for i := range rows.newest {
		rows.newest[i].Init(s, i)
		s.sides = append(s.sides, &rows.newest[i])
	}
	rows.stage = s
	s.InOrder()
	s.Begin(ctx, p.Node(), down, s)
}

// latestRows makes the rows of a [CombineLatest].
type latestRows[T, R any] struct {
	plan   *combineLatestOp[T, R]
	stage  *latestStage[R]
	newest []latest[T]
	row    []T
}

func (r *latestRows[T, R]) open() {
	for i, src := range r.plan.srcs {
		stage.Subscribe(r.stage.Context(), src, &r.newest[i], r.stage.Meter())
	}
}

func (r *latestRows[T, R]) make() R {
	defer clear(r.row)
	for i := range r.newest {
		r.row[i] = r.newest[i].now[0]
	}
	return r.plan.combine(r.row)
}
