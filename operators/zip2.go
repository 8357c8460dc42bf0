package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Zip2 emits combine(v, w) for the first elements of a and b, for the second
// ones, and so on. The sources run on one island; put an [Async] behind one
// that is to have its own.
//
//	a              --1-----2--3--|
//	b              ----x--y-|
//	Zip2(a, b, pair)
//	result         ----1x--2y|
//
// Demand: requests of each source what is demanded, at most 256 elements at a
// time; when one source has completed, no more of the other than there is a
// partner for.
//
// Buffer: at most 256 elements of one source that wait for those of the other.
//
// Errors: the first error of a source cancels the other and is passed on at
// once; elements without a partner are let go. A panic in combine ends the
// stream with a [flow.PanicError], after the elements before it.
//
// Ends: completes when one source has and none of its elements waits, and
// cancels the other.
func Zip2[A, B, R any](a flow.Publisher[A], b flow.Publisher[B], combine func(A, B) R, opts ...Option) flow.Publisher[R] {
	stage.Require(a != nil, "operators.Zip2: nil source 0")
	stage.Require(b != nil, "operators.Zip2: nil source 1")
	stage.Require(combine != nil, "operators.Zip2: nil function")
	p := &zipOp[A, B, R]{stage.NewBlueprint("zip2", nil, opts), stage.Adapt(a), stage.Adapt(b), combine}
	p.Node().More = &flow.NodeList{flow.NodeOf(a), flow.NodeOf(b)}
	p.Node().Capacity = zipWindow
	return p
}

// zipWindow is how many elements of each source may be on their way or held.
const zipWindow = 256

type zipOp[A, B, R any] struct {
	stage.Blueprint
	a       flow.Publisher[A]
	b       flow.Publisher[B]
	combine func(A, B) R
}

func (p *zipOp[A, B, R]) Subscribe(ctx context.Context, down flow.Subscriber[R]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &zipStage[A, B, R]{plan: p}
	s.a = zipSide[A]{zip: s, take: s.takeA, release: flow.ReleaseFunc[A]()}
	s.b = zipSide[B]{zip: s, take: s.takeB, release: flow.ReleaseFunc[B]()}
	s.Begin(ctx, p.Node(), down, s, s)
}

// zipStage is the head that both sources emit into. Never do both sides hold
// elements.
type zipStage[A, B, R any] struct {
	stage.Core[R]
	plan   *zipOp[A, B, R]
	a      zipSide[A]
	b      zipSide[B]
	out    stage.Scratch[R]
	brake  uint32 // not 0: combine must not be called any more
	opened bool
}

// Cancel ends the stream in silence.
func (s *zipStage[A, B, R]) Cancel() {
	atomic.StoreUint32(&s.brake, 1)
	s.Core.Cancel()
}

// Halt stops the stage and those below it: the context has ended.
func (s *zipStage[A, B, R]) Halt() {
	atomic.StoreUint32(&s.brake, 1)
	s.Core.Halt()
}

// Run does one pass: see [scheduler.Head]. It emits nothing itself, since what
// is held waits for a partner.
func (s *zipStage[A, B, R]) Run(int) (emitted int, again bool) {
	if !s.opened { // also for a subscriber that has left, see stage.Decline
		s.opened = true
		stage.Subscribe(s.Context(), s.plan.a, &s.a, s.Meter())
		stage.Subscribe(s.Context(), s.plan.b, &s.b, s.Meter())
	}
	if s.Interrupted() {
		return 0, false
	}
	s.look()
	s.ask()
	return 0, false
}

// over reports whether nothing that comes now is wanted any more.
func (s *zipStage[A, B, R]) over() bool { return s.Closed() || atomic.LoadUint32(&s.brake) != 0 }

// takeA pairs elements of a with those of b that are held, and holds the rest:
// first, because a function below may end the goroutine.
func (s *zipStage[A, B, R]) takeA(vs []A) {
	n := min(len(vs), s.b.held())
	s.a.hold(vs[n:])
	partners := s.b.pop(n)
	s.rows(vs[:n], partners)
	s.b.tidy(partners)
	s.settle()
}

func (s *zipStage[A, B, R]) takeB(vs []B) {
	n := min(len(vs), s.a.held())
	s.b.hold(vs[n:])
	partners := s.a.pop(n)
	s.rows(partners, vs[:n])
	s.a.tidy(partners)
	s.settle()
}

// rows emits combine of each pair, for which there is demand.
func (s *zipStage[A, B, R]) rows(as []A, bs []B) {
	n := len(as)
	if n == 0 {
		return
	}
	s.a.asked -= int64(n)
	s.b.asked -= int64(n)
	out := s.out.Get(n)
	k := s.apply(as, bs, out)
	s.Lost(flow.Merged, int64(k))
	s.Emit(out[:k])
	s.out.Put(out[:n])
}

// apply fills out and returns how many elements it holds. Where combine does
// not return, it hands on what came before and ends the stream.
func (s *zipStage[A, B, R]) apply(as []A, bs []B, out []R) (n int) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.Lost(flow.Merged, int64(at))
			s.Lost(flow.Failed, 2)
			s.Emit(out[:at])
			s.a.let(as[at+1:], flow.Failed)
			s.b.let(bs[at+1:], flow.Failed)
			s.fail(s.Broken(recover()))
		}
	}()
	combine, brake := s.plan.combine, &s.brake
	out, bs = out[:len(as)], bs[:len(as)]
	for i, v := range as {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.a.let(as[i:], flow.Cancelled)
			s.b.let(bs[i:], flow.Cancelled)
			return i
		}
		at = i
		out[i] = combine(v, bs[i])
	}
	returned = true
	return len(as)
}

// settle follows a change on either side.
func (s *zipStage[A, B, R]) settle() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(s.a.held() + s.b.held()))
	}
	s.look()
	s.ask()
}

// look completes the stream when one side has no element any more; not when
// elements have been let go because the context has ended.
func (s *zipStage[A, B, R]) look() {
	if !s.over() && (s.a.spent() || s.b.spent()) {
		s.Abandon(flow.Cancelled)
		s.End(nil)
	}
}

// ask requests what is demanded of both sides.
func (s *zipStage[A, B, R]) ask() {
	if s.over() {
		return
	}
	want := min(s.Demand(), zipWindow)
	s.a.ask(want, s.b.most())
	s.b.ask(want, s.a.most())
}

// fail ends the stream.
func (s *zipStage[A, B, R]) fail(err error) {
	if !s.Closed() {
		s.Abandon(flow.Failed)
		s.End(err)
	}
}

// Abandon cancels both sources and lets go of what is held.
func (s *zipStage[A, B, R]) Abandon(reason flow.Reason) {
	atomic.StoreUint32(&s.brake, 1)
	s.a.leave(reason)
	s.b.leave(reason)
}
