package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// SkipUntilOther emits the elements of src that come after other has emitted an
// element or has completed. Those before are let go of as [flow.Filtered]. The
// two run on one island; other is subscribed first.
//
//	source         --1--2--3--4--|
//	other          -------x
//	SkipUntilOther(other)
//	result         --------3--4--|
//
// Demand: passed up to src, plus one for each element that was not emitted; one
// element of other.
//
// Buffer: none.
//
// Errors: the first error of src or other cancels the other one and is passed
// on.
//
// Ends: completes when src does, which cancels other where that has not ended.
func SkipUntilOther[T, N any](src flow.Publisher[T], other flow.Publisher[N], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.SkipUntilOther: nil source")
	stage.Require(other != nil, "operators.SkipUntilOther: nil other")
	p := &skipUntilOtherOp[T, N]{stage.NewBlueprint("skipuntilother", src, opts), stage.Adapt(src), stage.Adapt(other)}
	p.Node().More = &flow.NodeList{flow.NodeOf(other)}
	return p
}

type skipUntilOtherOp[T, N any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	other flow.Publisher[N]
}

func (p *skipUntilOtherOp[T, N]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &skipUntilOtherStage[T, N]{plan: p}
	s.main = skipUntilMain[T, N]{exactly: exactly{head: s}, stage: s, release: flow.ReleaseFunc[T]()}
	s.Begin(ctx, p.Node(), down, s)
}

type skipUntilOtherStage[T, N any] struct {
	stage.Junction[T]
	plan  *skipUntilOtherOp[T, N]
	main  skipUntilMain[T, N]
	other notifier[N]
	open  bool
}

// Open subscribes to both. Where one does not return, the stream fails.
func (s *skipUntilOtherStage[T, N]) Open() {
	returned := false
	defer func() {
		if !returned {
			s.Conclude(s.Broken(recover()))
		}
	}()
	s.other.watch(s.Context(), s.plan.other, s)
	stage.Subscribe(s.Context(), s.plan.src, &s.main, s.Meter())
	returned = true
}

// Notified implements [notified].
func (s *skipUntilOtherStage[T, N]) Notified(err error) {
	s.open = err == nil
	s.Ready()
}

// Outside implements [notified].
func (s *skipUntilOtherStage[T, N]) Outside() *scheduler.Run { return s.Outlet.Run() }

// Cancel ends the stream in silence.
func (s *skipUntilOtherStage[T, N]) Cancel() {
	s.Junction.Cancel()
	s.main.Cancel()
	s.other.Cancel()
}

// Abandon cancels both publishers.
func (s *skipUntilOtherStage[T, N]) Abandon(flow.Reason) {
	s.main.Cancel()
	s.other.Cancel()
}

// Held returns 0: nothing is held.
func (*skipUntilOtherStage[T, N]) Held() int { return 0 }

// Flush says whether the stream has ended.
func (s *skipUntilOtherStage[T, N]) Flush(int) (emitted int, next stage.Progress, err error) {
	switch {
	case s.main.Err() != nil:
		return 0, stage.Last, s.main.Err()
	case s.other.Err() != nil:
		return 0, stage.Last, s.other.Err()
	case s.main.Ended():
		return 0, stage.Last, nil
	}
	return 0, stage.Wait, nil
}

// Ask requests what is demanded.
func (s *skipUntilOtherStage[T, N]) Ask() { s.main.refill(s.Demand()) }

// skipUntilMain is the subscriber to src.
type skipUntilMain[T, N any] struct {
	exactly
	stage   *skipUntilOtherStage[T, N]
	release func(T, flow.Reason)
	in      stage.One[T]
}

func (m *skipUntilMain[T, N]) OnNext(v T) { m.OnNextBatch(m.in.One(v)) }

func (m *skipUntilMain[T, N]) OnNextBatch(vs []T) {
	m.received(len(vs))
	switch s := m.stage; {
	case m.Over() || s.Over():
		m.let(vs, m.Reason())
		return
	case !s.open:
		m.let(vs, flow.Filtered)
	default:
		s.Emit(vs)
	}
	m.refill(m.stage.Demand())
}

// OnError lets the stage end.
func (m *skipUntilMain[T, N]) OnError(err error) {
	if m.Fail(err, m.stage.Outlet.Run()) {
		m.stage.Ready()
	}
}

// OnComplete lets the stage end.
func (m *skipUntilMain[T, N]) OnComplete() {
	if m.Complete() {
		m.stage.Ready()
	}
}

func (m *skipUntilMain[T, N]) let(vs []T, reason flow.Reason) {
	m.stage.Lost(reason, int64(len(vs)))
	stage.Tell(m.release, vs, reason)
}
