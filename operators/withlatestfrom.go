package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// WithLatestFrom emits combine(v, w) for each element v of src and the newest
// element w of other. Elements that come before other's first one are left out.
// combine has consumed v, and only looks at w, which is used again.
//
//	source         --1-----2-----3--4--|
//	other          -----x-----y--|
//	WithLatestFrom(other, join)
//	result         --------2x----3y-4y-|
//
// Demand: passed up to src as it is, and one more for each element that is left
// out. Other is asked for everything, and is never held up.
//
// Buffer: the newest element of other.
//
// Errors: the first error of either cancels the other one and is passed on at
// once. A panic in combine ends the stream with a [flow.PanicError], after the
// elements before it.
//
// Ends: completes when src does, and cancels other; when other completes without
// an element, and cancels src.
func WithLatestFrom[T, U, R any](src flow.Publisher[T], other flow.Publisher[U], combine func(T, U) R, opts ...Option) flow.Publisher[R] {
	stage.Require(src != nil, "operators.WithLatestFrom: nil source")
	stage.Require(other != nil, "operators.WithLatestFrom: nil other")
	stage.Require(combine != nil, "operators.WithLatestFrom: nil function")
	p := &withLatestOp[T, U, R]{stage.NewBlueprint("withlatestfrom", nil, opts), stage.Adapt(src), stage.Adapt(other), combine}
	p.Node().More = &flow.NodeList{flow.NodeOf(src), flow.NodeOf(other)}
	p.Node().Capacity = 1
	return p
}

type withLatestOp[T, U, R any] struct {
	stage.Blueprint
	src     flow.Publisher[T]
	other   flow.Publisher[U]
	combine func(T, U) R
}

func (p *withLatestOp[T, U, R]) Subscribe(ctx context.Context, down flow.Subscriber[R]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &withLatestStage[T, U, R]{plan: p}
	s.main = withLatestMain[T, U, R]{exactly: exactly{head: s}, stage: s, release: flow.ReleaseFunc[T]()}
	s.other = newestOf[U]{head: s, run: scheduler.RunOf(ctx), release: flow.ReleaseFunc[U]()}
	s.Begin(ctx, p.Node(), down, s)
}

// withLatestStage is the head that hears of both.
type withLatestStage[T, U, R any] struct {
	stage.Junction[R]
	plan  *withLatestOp[T, U, R]
	main  withLatestMain[T, U, R]
	other newestOf[U]
}

// Open subscribes to other first, so that what it has at once is there for src.
func (s *withLatestStage[T, U, R]) Open() {
	stage.Subscribe(s.Context(), s.plan.other, &s.other, s.Meter())
	stage.Subscribe(s.Context(), s.plan.src, &s.main, s.Meter())
}

// Cancel leaves both at once.
func (s *withLatestStage[T, U, R]) Cancel() {
	s.Junction.Cancel()
	s.main.Cancel()
	s.other.Cancel()
}

// Abandon leaves both and lets go of other's element.
func (s *withLatestStage[T, U, R]) Abandon(reason flow.Reason) {
	s.main.Cancel()
	s.other.Cancel()
	s.other.forget(reason)
}

// Held returns how many elements are held.
func (s *withLatestStage[T, U, R]) Held() int { return s.other.held() }

// Flush looks who has ended. Elements are emitted as they come.
func (s *withLatestStage[T, U, R]) Flush(int) (emitted int, next stage.Progress, err error) {
	switch main, other := &s.main, &s.other; {
	case main.Err() != nil:
		return 0, stage.Last, main.Err()
	case other.Err() != nil:
		return 0, stage.Last, other.Err()
	case main.Ended(), other.Ended() && !other.full:
		return 0, stage.Last, nil
	}
	return 0, stage.Wait, nil
}

// Ask requests of src what is demanded.
func (s *withLatestStage[T, U, R]) Ask() { s.main.refill(s.Demand()) }

// withLatestMain receives the elements of src. They have been demanded, so that
// they wait for nothing.
type withLatestMain[T, U, R any] struct {
	exactly
	stage   *withLatestStage[T, U, R]
	release func(T, flow.Reason)
	in      stage.One[T]
	out     stage.Scratch[R]
}

func (m *withLatestMain[T, U, R]) OnNext(v T) { m.OnNextBatch(m.in.One(v)) }

// OnNextBatch emits what combine makes of vs, or leaves them out.
func (m *withLatestMain[T, U, R]) OnNextBatch(vs []T) {
	m.received(len(vs))
	switch s := m.stage; {
	case m.Over() || s.Over():
		m.let(vs, m.Reason())
		return
	case !s.other.full:
		m.let(vs, flow.Filtered)
	default:
		out := m.out.Get(len(vs))
		n := m.apply(vs, out)
		s.Emit(out[:n])
		m.out.Put(out)
	}
	m.refill(m.stage.Demand())
}

// apply fills out and returns how many elements it holds. Where combine does
// not return, it hands on what came before and ends the stream.
func (m *withLatestMain[T, U, R]) apply(vs []T, out []R) (n int) {
	s, at, returned := m.stage, 0, false
	defer func() {
		if !returned {
			s.Lost(flow.Failed, 1)
			defer s.Break(out[:at], recover())
			m.let(vs[at+1:], flow.Failed)
		}
	}()
	combine, brake, w := s.plan.combine, s.Brake(), s.other.element()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			m.let(vs[i:], flow.Cancelled)
			return i
		}
		at = i
		out[i] = combine(v, w)
	}
	returned = true
	return len(vs)
}

func (m *withLatestMain[T, U, R]) OnError(err error) {
	if m.Fail(err, m.stage.Outlet.Run()) {
		m.stage.Ready()
	}
}

func (m *withLatestMain[T, U, R]) OnComplete() {
	if m.Complete() {
		m.stage.Ready()
	}
}

func (m *withLatestMain[T, U, R]) let(vs []T, reason flow.Reason) {
	m.stage.Lost(reason, int64(len(vs)))
	stage.Tell(m.release, vs, reason)
}
