package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// ConcatMap emits, for each element v, the elements of the publisher f(v), one
// publisher after the other and in order. It is FlatMap with one at a time.
//
//	source         --1---------2-----|
//	ConcatMap(v => v, v)
//	result         ----1--1------2--2--|
//
// Demand: passed to the present publisher as it is; what that has not used is
// asked of the next. Upstream is asked for one element when no publisher is
// active, and only while there is demand.
//
// Buffer: one element of upstream at most, for a moment. What the publishers
// hold is theirs, so the capacity of the stage is not known.
//
// Errors: an error of f's publisher ends the stream at once and cancels
// upstream. An error of upstream is passed on when the present publisher has
// completed. A panic in f, or a nil publisher, ends the stream with an error
// that names the stage.
//
// Ends: completes when upstream and the last publisher have.
func ConcatMap[In, Out any](src flow.Publisher[In], f func(In) flow.Publisher[Out], opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.ConcatMap: nil source")
	stage.Require(f != nil, "operators.ConcatMap: nil function")
	p := &concatMapOp[In, Out]{stage.NewBlueprint("concatmap", src, opts), stage.Adapt(src), f}
	p.Node().Capacity = flow.UnknownCapacity // f's publishers may hold anything
	return p
}

type concatMapOp[In, Out any] struct {
	stage.Blueprint
	src flow.Publisher[In]
	f   func(In) flow.Publisher[Out]
}

func (p *concatMapOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &concatMapStage[In, Out]{plan: p}
	s.outer.stage, s.outer.release = s, flow.ReleaseFunc[In]()
	s.Begin(ctx, p.Node(), down, s)
}

type concatMapStage[In, Out any] struct {
	stage.Relay[Out]
	plan       *concatMapOp[In, Out]
	outer      concatMapOuter[In, Out]
	subscribed bool
}

// After takes the next element of upstream to the next publisher.
func (s *concatMapStage[In, Out]) After(err error) (flow.Publisher[Out], stage.Progress, error) {
	o := &s.outer
	if err == nil && !s.subscribed {
		s.subscribed = true
		s.Dynamic()
		err = s.Try(nil, func() error {
			stage.Subscribe(s.Context(), s.plan.src, o, s.Meter())
			return nil
		})
	}
	switch {
	case err != nil:
		return nil, stage.Last, err
	case o.full:
		next, err := s.apply(o.take())
		return next, stage.Last, err
	case o.Ended():
		return nil, stage.Last, o.Err()
	case !o.asked && o.Joined() && s.Demand() > 0:
		o.asked = true
		o.Request(1)
	}
	return nil, stage.Wait, nil
}

// apply calls f.
func (s *concatMapStage[In, Out]) apply(v In) (next flow.Publisher[Out], err error) {
	s.Consumed(1)
	err = s.Try(nil, func() error {
		if next = s.plan.f(v); next == nil {
			return stage.ErrNilPublisher
		}
		return nil
	})
	return next, err
}

// Cancel leaves upstream as well.
func (s *concatMapStage[In, Out]) Cancel() {
	s.Relay.Cancel()
	s.outer.Cancel()
}

// Abandon leaves both publishers and lets go of the element in hand.
func (s *concatMapStage[In, Out]) Abandon(reason flow.Reason) {
	s.Relay.Abandon(reason)
	s.outer.Cancel()
	if s.outer.full {
		s.outer.lose(reason, s.outer.take())
	}
}

// concatMapOuter receives the elements of upstream, one at a time.
type concatMapOuter[In, Out any] struct {
	stage.Inner
	stage.Upstream
	stage   *concatMapStage[In, Out]
	release func(In, flow.Reason)
	asked   bool // for an element that f has not been given
	full    bool // it has come
	v       In
}

func (o *concatMapOuter[In, Out]) OnSubscribe(sub flow.Subscription) {
	if o.Join(sub) {
		o.stage.Ready()
	}
}

func (o *concatMapOuter[In, Out]) OnNext(v In) {
	if o.Over() || o.full || !o.asked {
		o.lose(o.Reason(), v)
		return
	}
	o.v, o.full = v, true
	o.held()
	o.stage.Ready()
}

func (o *concatMapOuter[In, Out]) OnNextBatch(vs []In) {
	for _, v := range vs {
		o.OnNext(v)
	}
}

func (o *concatMapOuter[In, Out]) OnError(err error) {
	if o.Fail(err, o.stage.Outlet.Run()) {
		o.stage.Ready()
	}
}

func (o *concatMapOuter[In, Out]) OnComplete() {
	if o.Complete() {
		o.stage.Ready()
	}
}

// take returns the element in hand.
func (o *concatMapOuter[In, Out]) take() (v In) {
	v, o.v = o.v, v
	o.asked, o.full = false, false
	o.held()
	return v
}

// held publishes whether there is an element in hand.
func (o *concatMapOuter[In, Out]) held() {
	if m := o.stage.Meter(); m != nil {
		n := int64(0)
		if o.full {
			n = 1
		}
		m.Buffered(n)
	}
}

func (o *concatMapOuter[In, Out]) lose(reason flow.Reason, v In) {
	o.stage.Lost(reason, 1)
	if o.release != nil {
		o.release(v, reason)
	}
}
