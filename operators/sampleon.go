package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// SampleOn emits, each time that other emits an element, the newest element of
// src since the last time, if there is one. Those before it are let go of as
// [flow.Replaced]. The two run on one island; src is subscribed first.
//
//	source         -1-2---3-4-5---------6|
//	other          ----x-------x--x---x--
//	SampleOn(other)
//	result         ----2-------5---------|
//
// Demand: unbounded, at once, of both. An element of src for which there is
// none is kept until there is; a newer one takes its place and waits for the
// next element of other.
//
// Buffer: one element.
//
// Errors: passes those of src and of other on at once, and lets go of the
// element that it holds. The one that has not failed is cancelled.
//
// Ends: completes when src or other does; the one that has not is cancelled. An
// element that waits for one of other then is let go of as [flow.Replaced], or
// emitted with [WithLast].
func SampleOn[T, N any](src flow.Publisher[T], other flow.Publisher[N], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.SampleOn: nil source")
	stage.Require(other != nil, "operators.SampleOn: nil other")
	p := &sampleOnOp[T, N]{stage.NewBlueprint("sampleon", src, opts), stage.Adapt(src), stage.Adapt(other), stage.Configure(opts).Last}
	p.Node().More = &flow.NodeList{flow.NodeOf(other)}
	p.Node().Capacity = 1
	return p
}

type sampleOnOp[T, N any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	other flow.Publisher[N]
	last  bool
}

func (p *sampleOnOp[T, N]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &sampleOnStage[T, N]{last: p.last}
	s.Attach(ctx, p.Node(), down, s, s)
	// The island may run as soon as one of the two is subscribed. other may end
	// then, and cancels src: that has to be there. Nothing that src does needs
	// other, which finds out that it was cancelled.
	stage.Subscribe(ctx, p.src, s, s.Meter())
	s.other.watch(ctx, p.other, s)
}

type sampleOnStage[T, N any] struct {
	stage.Newest[T]
	other moments[N]
	last  bool
}

// OnSubscribe asks for everything at once.
func (s *sampleOnStage[T, N]) OnSubscribe(sub flow.Subscription) {
	s.Join(sub, s)
	s.Ready()
}

// Cancel ends the stream in silence.
func (s *sampleOnStage[T, N]) Cancel() {
	s.Newest.Cancel()
	s.other.Cancel()
}

// Clear lets go of the element, and leaves other.
func (s *sampleOnStage[T, N]) Clear(reason flow.Reason) {
	s.other.Cancel()
	s.Newest.Clear(reason)
}

// When implements [stage.Timing]: it is for other to say.
func (*sampleOnStage[T, N]) When(int64, bool) int64 { return stage.Never }

// Last implements [stage.Timing].
func (s *sampleOnStage[T, N]) Last() bool { return s.last }

// Moment implements [atMoments].
func (s *sampleOnStage[T, N]) Moment() {
	if !s.Over() && !s.Closed() && !s.Stopped() {
		s.Ripen()
	}
}

// Outside implements [atMoments].
func (s *sampleOnStage[T, N]) Outside() *scheduler.Run { return s.Outlet.Run() }

func (s *sampleOnStage[T, N]) OnError(err error) {
	s.other.Cancel()
	s.Newest.OnError(err)
}

func (s *sampleOnStage[T, N]) OnComplete() {
	s.other.Cancel()
	s.Newest.OnComplete()
}
