package operators

import (
	"context"
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// Valve holds up all streams that go through it while it is closed: see
// [Valved]. The zero value is open and ready to be used; it must not be copied.
// Any goroutine may open and close it.
type Valve struct {
	mu      sync.Mutex
	closed  bool
	streams streamList
}

// Open lets the streams go on.
func (v *Valve) Open() { v.turn(false) }

// Close holds the streams up. A batch that is on its way when it is called is
// still handed on.
func (v *Valve) Close() { v.turn(true) }

// IsOpen reports whether the valve is open.
func (v *Valve) IsOpen() bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return !v.closed
}

func (v *Valve) turn(closed bool) {
	v.mu.Lock()
	var heads []*scheduler.Handle
	if v.closed && !closed {
		heads = v.streams.heads()
	}
	v.closed = closed
	v.mu.Unlock()
	for _, h := range heads {
		h.Ready()
	}
}

// add lets the valve mark the head of e when it is opened.
func (v *Valve) add(e *listed) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.streams.add(e)
}

func (v *Valve) remove(e *listed) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.streams.remove(e)
}

// Valved emits the elements of src while the valve is open. While it is closed
// it asks for nothing, and holds what was on its way. One valve may hold up any
// number of streams, in any graphs:
//
//	source         --1--2--3--4--5--|
//	valve               x     o
//	Valved(4)      --1--------23-4--5--|
//
// Demand: passed up, at most capacity elements at a time; nothing while the
// valve is closed.
//
// Buffer: at most capacity elements, while the valve is closed.
//
// Errors: passes upstream's on, after the elements before it.
//
// Ends: completes when upstream has and nothing is held; at once, also behind a
// closed valve, if nothing is. When its graph drains, what is held is emitted as
// if the valve were open. Panics if capacity is less than 1.
func Valved[T any](src flow.Publisher[T], v *Valve, capacity int, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Valved: nil source")
	stage.Require(v != nil, "operators.Valved: nil valve")
	stage.Require(capacity > 0, "operators.Valved: capacity %d, must be at least 1", capacity)
	p := &valvedOp[T]{stage.NewBlueprint("valved", src, opts), stage.Adapt(src), v, capacity}
	p.Node().Capacity = int64(capacity)
	return p
}

type valvedOp[T any] struct {
	stage.Blueprint
	src      flow.Publisher[T]
	valve    *Valve
	capacity int
}

func (p *valvedOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &valvedStage[T]{plan: p, held: stage.Ring[T]{Size: p.capacity}}
	s.Init(ctx, p.Node(), down, s)
	s.entry.head = &s.Handle
	p.valve.add(&s.entry)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// valvedStage has asked for no more elements than are demanded, so that each
// can be emitted when the valve opens.
type valvedStage[T any] struct {
	stage.Holder[T, T]
	plan  *valvedOp[T]
	entry listed
	held  stage.Ring[T]
	in    stage.One[T]
	out   stage.Scratch[T]
}

func (s *valvedStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *valvedStage[T]) OnNextBatch(vs []T) {
	switch {
	case !s.Received(len(vs)):
		s.Let(vs, flow.Cancelled)
	case s.held.Len() == 0 && s.opened():
		s.Emit(vs)
		s.Refill()
	default:
		room := min(len(vs), s.plan.capacity-s.held.Len())
		for _, v := range vs[:room] {
			s.held.Push(v)
		}
		s.count()
		s.Let(vs[room:], flow.AfterEnd) // of an upstream that breaks the rules
		s.Ready()
	}
}

// opened reports whether elements may pass. Whoever opens the valve marks the
// stage afterwards.
func (s *valvedStage[T]) opened() bool {
	return s.Events()&scheduler.Draining != 0 || s.plan.valve.IsOpen()
}

// Flush emits what is held, if the valve is open, and leaves the valve when the
// stream is over.
func (s *valvedStage[T]) Flush(n int) (emitted int, more bool) {
	if s.held.Len() > 0 && !s.opened() {
		s.Pause()
		return 0, true
	}
	if n = min(n, s.held.Len()); n > 0 {
		out := s.held.Take(s.out.Get(n)[:0], n)
		s.count()
		s.Emit(out)
		s.out.Put(out)
	}
	more = s.held.Len() > 0
	if s.Over() && !more {
		s.plan.valve.remove(&s.entry)
	}
	return n, more
}

// Want passes the demand up as far as there is room, if the valve is open.
func (s *valvedStage[T]) Want(demand int64) int64 {
	if !s.opened() {
		return 0
	}
	return min(demand, int64(s.plan.capacity)) - int64(s.held.Len())
}

// Clear leaves the valve and lets go of what is held.
func (s *valvedStage[T]) Clear(reason flow.Reason) {
	s.plan.valve.remove(&s.entry)
	n := s.held.Len()
	out := s.held.Take(s.out.Get(n)[:0], n)
	s.count()
	s.Let(out, reason)
	s.out.Put(out)
}

// count publishes how many elements are held.
func (s *valvedStage[T]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(s.held.Len()))
	}
}
