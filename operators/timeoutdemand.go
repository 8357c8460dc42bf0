package operators

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// TimeoutDemand emits the elements of src, and fails when the reader has asked
// for nothing more for the time d.
//
//	source         -1--2--3--4--5--6-|
//	request        2         1
//	TimeoutDemand(8 columns)
//	result         -1--2-----4-------!
//
// The clock starts with the subscription, and again when an element has used up
// what was demanded; it stands still while there is demand, even if nothing
// comes. A request that comes exactly when the time is up is in time. A reader
// that asks once for everything is never late.
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on. When the time is up, it cancels upstream and
// ends the stream with a [flow.StageError] that wraps [flow.ErrTimeout].
//
// Ends: completes when upstream does. Panics if d is not positive.
//
// For a source that is too slow there is [Timeout].
func TimeoutDemand[T any](src flow.Publisher[T], d time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.TimeoutDemand: nil source")
	stage.Require(d > 0, "operators.TimeoutDemand: time %v, must be positive", d)
	return &timeoutDemandOp[T]{stage.NewBlueprint("timeoutdemand", src, opts), stage.Adapt(src), d}
}

type timeoutDemandOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	d   time.Duration
}

func (p *timeoutDemandOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &timeoutDemandStage[T]{d: p.d}
	s.until.Store(stage.Later(flow.Now(), p.d))
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type timeoutDemandStage[T any] struct {
	stage.Holder[T, T]
	d     time.Duration
	in    stage.One[T]
	due   stage.Deadline
	until atomic.Int64 // the moment for which a request is awaited, if there is no demand
	late  atomic.Bool  // one came after it
}

// Request adds demand, and notes whether that is too late, also where the
// island is too busy to look.
func (s *timeoutDemandStage[T]) Request(n int64) {
	if s.Demand() == 0 && flow.Now() > s.until.Load() {
		s.late.Store(true)
	}
	s.Holder.Request(n)
}

// OnSubscribe sets the clock.
func (s *timeoutDemandStage[T]) OnSubscribe(sub flow.Subscription) {
	s.Join(sub, s)
	s.Ready()
}

func (s *timeoutDemandStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *timeoutDemandStage[T]) OnNextBatch(vs []T) {
	switch {
	case !s.Received(len(vs)):
		s.Let(vs, flow.Cancelled)
		return
	case s.late.Load():
		s.Let(vs, flow.Failed)
		s.fail()
		return
	}
	if s.Demand() == int64(len(vs)) { // before the reader can ask again
		s.until.Store(stage.Later(flow.Now(), s.d))
	}
	s.Emit(vs)
	if s.Demand() == 0 && !s.Closed() {
		s.due.Set(&s.Handle, s.until.Load(), flow.Now())
	}
}

// Flush looks at the clock.
func (s *timeoutDemandStage[T]) Flush(int) (emitted int, more bool) {
	switch {
	case s.Over():
	case s.late.Load():
		s.fail()
	case s.Demand() > 0:
		s.due.Clear()
	default:
		now := flow.Now()
		s.due.Set(&s.Handle, s.until.Load(), now)
		if s.due.Due(&s.Handle, now) && s.Demand() == 0 {
			s.fail()
		}
	}
	return 0, false
}

// fail ends the stream because there was no request.
func (s *timeoutDemandStage[T]) fail() {
	s.StopWith(s.UserError(fmt.Errorf("%w: no request for %v", flow.ErrTimeout, s.d)))
}

// Want passes the demand up.
func (*timeoutDemandStage[T]) Want(demand int64) int64 { return demand }

// Clear stops the timer.
func (s *timeoutDemandStage[T]) Clear(flow.Reason) { s.due.Stop() }

func (s *timeoutDemandStage[T]) OnError(err error) {
	s.due.Stop()
	s.Holder.OnError(err)
}

func (s *timeoutDemandStage[T]) OnComplete() {
	s.due.Stop()
	s.Holder.OnComplete()
}
