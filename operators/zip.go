package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Zip emits combine(row) for the row of the first elements of all sources, for
// that of the second ones, and so on. The row has an element for each source,
// in their order; it is valid until combine returns, which has consumed its
// elements. The sources run on one island; put an [Async] behind one that is to
// have its own.
//
//	a              --1-----2--3--|
//	b              ----x--y-|
//	c              -p---q---r--|
//	Zip([a b c], join)
//	result         ----1xp-2yq|
//
// Demand: requests of each source what is demanded, at most 256 elements at a
// time; when a source has completed, no more of the others than there are
// partners for.
//
// Buffer: at most 256 elements of each source that wait for those of others.
//
// Errors: the first error of a source cancels the others and is passed on after
// the rows that are complete; elements without a partner are let go. A panic in
// combine ends the stream with a [flow.PanicError], after the rows before it.
//
// Ends: completes when a source has and none of its elements waits, and cancels
// the others; at once if there is no source.
func Zip[T, R any](srcs []flow.Publisher[T], combine func(row []T) R, opts ...Option) flow.Publisher[R] {
	stage.Require(combine != nil, "operators.Zip: nil function")
	p := &zipRowsOp[T, R]{Blueprint: stage.NewBlueprint("zip", nil, opts), combine: combine}
	p.srcs = sourcesOf("operators.Zip", p.Node(), srcs)
	p.Node().Capacity = int64(zipWindow * len(srcs))
	return p
}

// sourcesOf adapts srcs and describes them as the upstreams of node.
func sourcesOf[T any](name string, node *flow.Node, srcs []flow.Publisher[T]) (adapted []flow.Publisher[T]) {
	var nodes flow.NodeList
	for i, src := range srcs {
		stage.Require(src != nil, "%s: nil source %d", name, i)
		adapted = append(adapted, stage.Adapt(src))
		nodes = append(nodes, flow.NodeOf(src))
	}
	node.More = &nodes
	return adapted
}

type zipRowsOp[T, R any] struct {
	stage.Blueprint
	srcs    []flow.Publisher[T]
	combine func([]T) R
}

func (p *zipRowsOp[T, R]) Subscribe(ctx context.Context, down flow.Subscriber[R]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	if len(p.srcs) == 0 {
		stage.Complete(ctx, p.Node(), down)
		return
	}
	s := &zipRowsStage[T, R]{plan: p}
	s.join(p.srcs)
	s.Begin(ctx, p.Node(), down, s)
}

type zipRowsStage[T, R any] struct {
	portsStage[T, R]
	plan *zipRowsOp[T, R]
	row  []T
	out  stage.Scratch[R]
}

// Flush emits complete rows.
func (s *zipRowsStage[T, R]) Flush(n int) (emitted int, next stage.Progress, err error) {
	rows := s.ports[0].Held()
	for i := range s.ports {
		rows = min(rows, s.ports[i].Held())
	}
	if emitted = min(n, rows); emitted > 0 {
		s.emit(emitted)
	}
	if emitted < rows {
		return emitted, stage.More, nil
	}
	for i := range s.ports {
		if err := s.ports[i].Err(); err != nil {
			return emitted, stage.Last, err
		}
	}
	for i := range s.ports {
		if s.ports[i].Spent() {
			return emitted, stage.Last, nil
		}
	}
	return emitted, stage.Wait, nil
}

// emit emits n rows.
func (s *zipRowsStage[T, R]) emit(n int) {
	out := s.out.Get(n)
	k := s.apply(out)
	s.Emit(out[:k])
	s.out.Put(out)
}

// apply fills out and returns how many elements it holds. Where combine does
// not return, it hands on what came before and ends the stream.
func (s *zipRowsStage[T, R]) apply(out []R) (n int) {
	at, returned := 0, false
	defer func() {
		clear(s.row)
		s.Lost(flow.Merged, int64(at*(len(s.ports)-1)))
		if !returned {
			s.Lost(flow.Failed, int64(len(s.ports)))
			s.Break(out[:at], recover())
		}
	}()
	combine, brake := s.plan.combine, s.Brake()
	for ; at < len(out) && atomic.LoadUint32(brake) == 0; at++ {
		s.row = s.row[:0]
		for i := range s.ports {
			v := s.ports[i].Take(1)
			s.row = append(s.row, v[0])
			s.ports[i].Tidy(v)
		}
		out[at] = combine(s.row)
	}
	returned = true
	return at
}

// Ask requests what is demanded, and no more than there are partners for.
func (s *zipRowsStage[T, R]) Ask() {
	want := min(s.Demand(), zipWindow)
	for i := range s.ports {
		if s.ports[i].Ended() {
			want = min(want, int64(s.ports[i].Held()))
		}
	}
	for i := range s.ports {
		s.ports[i].Exactly(want, zipWindow)
	}
}
