package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// Pairwise emits f(previous, v) for each element v but the first, where
// previous is the element before it. A stream of fewer than two elements gives
// none.
//
//	source         --1--3--4--|
//	Pairwise(v - previous)
//	result         -----2--1--|
//
// An element that is a [flow.Releaser] belongs to f when it is the previous
// one; before that, f only looks at it. The last element is let go of at the
// end, as [flow.Filtered].
//
// Demand: passed up, the first request with one more.
//
// Buffer: one element, the previous one.
//
// Errors: passes upstream's on, and lets go of what it holds. A panic in f ends
// the stream with a [flow.PanicError], after the elements before it.
//
// Ends: completes when upstream does.
func Pairwise[In, Out any](src flow.Publisher[In], f func(previous, v In) Out, opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.Pairwise: nil source")
	stage.Require(f != nil, "operators.Pairwise: nil function")
	p := &pairwiseOp[In, Out]{stage.NewBlueprint("pairwise", src, opts), stage.Adapt(src), f}
	p.Node().Capacity = 1
	return p
}

type pairwiseOp[In, Out any] struct {
	stage.Blueprint
	src flow.Publisher[In]
	f   func(In, In) Out
}

func (p *pairwiseOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &pairwiseStage[In, Out]{f: p.f}
	s.Init(ctx, p.Node(), down)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type pairwiseStage[In, Out any] struct {
	stage.Link[In, Out]
	f       func(In, In) Out
	further atomic.Bool // the element without a result has been asked for
	held    []In        // the previous element, if there is one
	in      stage.One[In]
	slot    stage.One[In]
	out     stage.Scratch[Out]
}

func (s *pairwiseStage[In, Out]) OnSubscribe(sub flow.Subscription) { s.Join(sub, s) }

// Request passes demand up, and asks for the element that has no result.
func (s *pairwiseStage[In, Out]) Request(n int64) {
	s.Wanted(n)
	if n > 0 && !s.further.Swap(true) {
		n = demand.Sum(n, 1)
	}
	s.Upstream().Request(n)
}

func (s *pairwiseStage[In, Out]) OnNext(v In) { s.OnNextBatch(s.in.One(v)) }

func (s *pairwiseStage[In, Out]) OnNextBatch(vs []In) {
	if s.Stopped() || s.Done() {
		s.Discard(vs)
		return
	}
	if len(s.held) == 0 {
		s.hold(s.slot.One(vs[0]))
		vs = vs[1:]
	}
	out := s.out.Get(len(vs))
	n := s.apply(vs, out)
	s.Batch(out[:n])
	s.out.Put(out[:n])
}

// apply fills out and returns how many elements it holds. Where f does not
// return, it hands on what came before and ends the stream: the previous
// element is that of f, the one that f was looking at is let go.
func (s *pairwiseStage[In, Out]) apply(vs []In, out []Out) (n int) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.hold(nil)
			s.FailAt(out[:at], vs[at:], s.Broken(recover()))
		}
	}()
	f, brake := s.f, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Discard(vs[i:])
			return i
		}
		at = i
		out[i] = f(s.held[0], v)
		s.held[0] = v
	}
	returned = true
	return len(vs)
}

// hold makes held the previous element.
func (s *pairwiseStage[In, Out]) hold(held []In) {
	s.held = held
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(held)))
	}
}

// drop lets go of the previous element.
func (s *pairwiseStage[In, Out]) drop(reason flow.Reason) {
	held := s.held
	s.hold(nil)
	s.Let(held, reason)
	clear(held)
}

// OnError lets go of what is held and passes the end on.
func (s *pairwiseStage[In, Out]) OnError(err error) {
	s.drop(flow.Failed)
	s.Fail(err)
}

// OnComplete lets go of what is held and passes the end on.
func (s *pairwiseStage[In, Out]) OnComplete() {
	s.drop(flow.Filtered)
	s.Complete()
}

// Quit lets go of what is held: the stage above has stopped.
func (s *pairwiseStage[In, Out]) Quit() {
	s.drop(flow.Cancelled)
	s.Link.Quit()
}
