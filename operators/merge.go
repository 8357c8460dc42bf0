package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Merge emits the elements of all sources as they come. Elements of one source
// keep their order. The sources run on one island; put an [Async] behind one
// that is to have its own.
//
//	a              --1-----3--|
//	b              ----2-----4--|
//	Merge(16, a, b)
//	result         --1-2---3-4--|
//
// Demand: requests capacity elements of each source at once, and again what
// has been handed on when that is three quarters of it.
//
// Buffer: at most capacity elements for each source, while there is no demand.
//
// Errors: the first error of a source cancels the others and is passed on
// after the elements before it.
//
// Ends: completes when all sources have; at once if there is none. Panics if
// capacity is less than 1.
func Merge[T any](capacity int, srcs ...flow.Publisher[T]) flow.Publisher[T] {
	stage.Require(capacity > 0, "operators.Merge: capacity %d, must be at least 1", capacity)
	p := &mergeOp[T]{Blueprint: stage.NewBlueprint("merge", nil, nil), capacity: capacity}
	var nodes flow.NodeList
	for i, src := range srcs {
		stage.Require(src != nil, "operators.Merge: nil source %d", i)
		p.srcs = append(p.srcs, stage.Adapt(src))
		nodes = append(nodes, flow.NodeOf(src))
	}
	p.Node().More = &nodes
	p.Node().Capacity = int64(capacity) * int64(len(srcs))
	return p
}

type mergeOp[T any] struct {
	stage.Blueprint
	capacity int
	srcs     []flow.Publisher[T]
}

func (p *mergeOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &mergeStage[T]{plan: p, release: flow.ReleaseFunc[T]()}
	s.Begin(ctx, p.Node(), down, s, s)
}

// mergeStage is the head that all sources emit into. It subscribes to them in
// its first pass, so that everything happens on the island.
type mergeStage[T any] struct {
	stage.Core[T]
	plan    *mergeOp[T]
	inputs  []*mergeInput[T]
	release func(T, flow.Reason)
	live    int // sources that have not ended
	held    int // elements in all queues
	turn    int // input whose turn it is
	err     error
}

func (s *mergeStage[T]) Run(n int) (emitted int, again bool) {
	if s.Interrupted() {
		return 0, false
	}
	if s.inputs == nil {
		s.subscribe()
	}
	emitted = s.flush(n)
	if s.Interrupted() {
		return emitted, false
	}
	if m := s.Meter(); m != nil {
		m.Buffered(int64(s.held))
	}
	if s.held == 0 && (s.live == 0 || s.err != nil) {
		s.End(s.err)
	}
	return emitted, s.held > 0 && s.Demand() > 0
}

func (s *mergeStage[T]) subscribe() {
	s.inputs = make([]*mergeInput[T], len(s.plan.srcs))
	s.live = len(s.inputs)
	for i := range s.inputs {
		s.inputs[i] = &mergeInput[T]{merge: s}
	}
	for i, src := range s.plan.srcs {
		stage.Subscribe(s.Context(), src, s.inputs[i], s.Meter())
	}
}

// flush emits held elements, a share of each input in turn.
func (s *mergeStage[T]) flush(n int) (emitted int) {
	for empty := 0; emitted < n && s.held > 0 && empty < len(s.inputs); s.turn++ {
		in := s.inputs[s.turn%len(s.inputs)]
		k := int(min(int64(n-emitted), int64(len(in.queue)), s.Demand()))
		if k == 0 {
			empty++
			continue
		}
		empty = 0
		vs := in.queue[:k]
		in.queue = in.queue[k:]
		s.held -= k
		emitted += k
		in.emit(vs)
		clear(vs)
	}
	return emitted
}

// Abandon cancels all sources and lets go of what is held.
func (s *mergeStage[T]) Abandon(reason flow.Reason) {
	for _, in := range s.inputs {
		in.cancel()
		s.lose(in.queue, reason)
		in.queue = nil
	}
	s.held = 0
}

// lose lets go of elements.
func (s *mergeStage[T]) lose(vs []T, reason flow.Reason) {
	s.Lost(reason, int64(len(vs)))
	if s.release != nil {
		for _, v := range vs {
			s.release(v, reason)
		}
	}
}

// mergeInput receives the elements of one source.
type mergeInput[T any] struct {
	stage.Inner
	merge *mergeStage[T]
	up    flow.Subscription
	queue []T
	one   [1]T
	taken int64 // handed on and not yet requested again
	ended bool
}

func (in *mergeInput[T]) OnSubscribe(sub flow.Subscription) {
	if in.up != nil {
		sub.Cancel()
		return
	}
	in.up = sub
	sub.Request(int64(in.merge.plan.capacity))
}

func (in *mergeInput[T]) OnNext(v T) {
	in.one[0] = v
	in.OnNextBatch(in.one[:])
}

// OnNextBatch hands on what is demanded, unless something is held, and holds
// the rest.
func (in *mergeInput[T]) OnNextBatch(vs []T) {
	m := in.merge
	if m.Closed() || in.ended {
		m.lose(vs, flow.Cancelled)
		return
	}
	if m.held == 0 {
		k := int(min(int64(len(vs)), m.Demand()))
		in.emit(vs[:k])
		vs = vs[k:]
	}
	if m.Closed() {
		m.lose(vs, flow.Cancelled)
		return
	}
	if len(vs) > 0 {
		in.queue = append(in.queue, vs...)
		m.held += len(vs)
		m.Ready()
	}
}

// emit hands on vs, for which there is demand, and asks for more.
func (in *mergeInput[T]) emit(vs []T) {
	m := in.merge
	m.Emit(vs)
	in.taken += int64(len(vs))
	if capacity := int64(m.plan.capacity); in.taken >= max(1, capacity*3/4) && !in.ended {
		n := in.taken
		in.taken = 0
		in.up.Request(n)
	}
}

func (in *mergeInput[T]) OnError(err error) {
	if in.end() && in.merge.err == nil {
		in.merge.err = err
		for _, other := range in.merge.inputs {
			other.cancel()
		}
	}
}

func (in *mergeInput[T]) OnComplete() { in.end() }

func (in *mergeInput[T]) end() bool {
	if in.ended {
		return false
	}
	in.ended = true
	in.merge.live--
	in.merge.Ready()
	return true
}

func (in *mergeInput[T]) cancel() {
	if !in.ended && in.up != nil {
		in.ended = true
		in.merge.live--
		in.up.Cancel()
	}
}
