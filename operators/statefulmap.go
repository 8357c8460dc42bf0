package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// StatefulMap emits the second result of f(state, v) for each element v. The
// first one is the state that the next call gets; the first call gets that
// which create returns, which is called once for each subscription. When
// upstream has completed, last may make one more element of the state. A nil
// last makes none.
//
//	source         --1--2--3--|
//	StatefulMap(sum so far, total)
//	result         --1--3--6--6|
//
// Demand: passed up as it is. The element of last needs demand, too.
//
// Buffer: the element of last, until it is demanded.
//
// Errors: passes upstream's on, without a call of last. A panic in one of the
// functions ends the stream with a [flow.PanicError], after the elements before
// it.
//
// Ends: completes when upstream has, after the element of last.
func StatefulMap[In, S, Out any](src flow.Publisher[In], create func() S, f func(state S, v In) (S, Out), last func(state S) (Out, bool), opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.StatefulMap: nil source")
	stage.Require(create != nil, "operators.StatefulMap: nil function to create the state")
	stage.Require(f != nil, "operators.StatefulMap: nil function")
	p := &statefulMapOp[In, S, Out]{stage.NewBlueprint("statefulmap", src, opts), stage.Adapt(src), create, f, last}
	if last != nil {
		p.Node().Capacity = 1
	}
	return p
}

type statefulMapOp[In, S, Out any] struct {
	stage.Blueprint
	src    flow.Publisher[In]
	create func() S
	f      func(S, In) (S, Out)
	last   func(S) (Out, bool)
}

func (p *statefulMapOp[In, S, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &statefulMapStage[In, S, Out]{plan: p, release: flow.ReleaseFunc[Out]()}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type statefulMapStage[In, S, Out any] struct {
	stage.Holder[In, Out]
	plan    *statefulMapOp[In, S, Out]
	state   S
	created bool
	asked   bool // last has been called
	held    []Out
	release func(Out, flow.Reason)
	in      stage.One[In]
	out     stage.Scratch[Out]
}

// Transparent implements [stage.Transparent].
func (*statefulMapStage[In, S, Out]) Transparent() {}

func (s *statefulMapStage[In, S, Out]) OnNext(v In) { s.OnNextBatch(s.in.One(v)) }

func (s *statefulMapStage[In, S, Out]) OnNextBatch(vs []In) {
	switch {
	case !s.Received(len(vs)):
		s.Let(vs, flow.Cancelled)
		return
	case !s.created && !s.create(vs):
		return
	}
	out := s.out.Get(len(vs))
	n := s.apply(vs, out)
	s.Emit(out[:n])
	s.out.Put(out[:n])
	s.Refill()
}

// create makes the state, and reports whether there is one. Where the function
// does not return, it lets go of the input and ends the stream.
func (s *statefulMapStage[In, S, Out]) create(in []In) bool {
	return s.guard(in, func() {
		s.state = s.plan.create()
		s.created = true
	})
}

// guard calls f and reports whether it returned. Where it does not, it lets go
// of the input and ends the stream.
func (s *statefulMapStage[In, S, Out]) guard(in []In, f func()) (returned bool) {
	defer func() {
		if !returned {
			err := s.Broken(recover())
			s.Let(in, flow.Failed)
			s.StopWith(err)
		}
	}()
	f()
	return true
}

// apply fills out and returns how many elements it holds. Where f does not
// return, it hands on what came before and ends the stream.
func (s *statefulMapStage[In, S, Out]) apply(vs []In, out []Out) (n int) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.FailAt(out[:at], vs[at+1:], s.Broken(recover()))
		}
	}()
	state, f, brake := s.state, s.plan.f, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.state = state
			s.Let(vs[i:], flow.Cancelled)
			return i
		}
		at = i
		state, out[i] = f(state, v)
	}
	s.state, returned = state, true
	return len(vs)
}

// Flush emits the element of last, when upstream has completed.
func (s *statefulMapStage[In, S, Out]) Flush(n int) (emitted int, more bool) {
	if s.Completed() && !s.asked && !s.ask() {
		return 0, false // what kept it from asking is seen next
	}
	held := s.held
	if n == 0 || len(held) == 0 {
		return 0, len(held) > 0
	}
	s.keep(nil)
	s.Emit(held)
	return 1, false
}

// ask calls last, and holds what it makes. It reports whether that is known.
func (s *statefulMapStage[In, S, Out]) ask() bool {
	if s.plan.last == nil {
		s.asked = true
		return true
	}
	if s.Stopped() || !s.created && !s.create(nil) || s.Stopped() {
		return false
	}
	return s.guard(nil, func() {
		v, some := s.plan.last(s.state)
		s.asked = true
		if some {
			s.Consumed(-1) // it came from last
			s.keep([]Out{v})
		}
	})
}

func (s *statefulMapStage[In, S, Out]) keep(held []Out) {
	s.held = held
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(held)))
	}
}

// Want asks for what is demanded.
func (s *statefulMapStage[In, S, Out]) Want(demand int64) int64 { return demand }

// Clear lets go of the element of last.
func (s *statefulMapStage[In, S, Out]) Clear(reason flow.Reason) {
	s.Lost(reason, int64(len(s.held)))
	if s.release != nil {
		for _, v := range s.held {
			s.release(v, reason)
		}
	}
	s.keep(nil)
}
