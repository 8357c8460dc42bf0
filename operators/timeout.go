package operators

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Timeout emits the elements of src, and fails when the reader has asked for
// one and none has come for the time gap.
//
//	source         -1--2----------3-|
//	Timeout(5 columns)
//	result         -1--2----!
//
// The clock starts with a request and again with each element, and stands
// still while nothing is demanded and while the reader works on an element, so
// that a slow reader is no false alarm. An element that comes exactly when the
// time is up is in time.
//
// Demand: passed up as it is.
//
// Buffer: none.
//
// Errors: passes upstream's on. A gap cancels upstream and ends the stream with
// a [flow.StageError] that wraps [flow.ErrTimeout].
//
// Ends: completes when upstream does. Panics if gap is not positive.
func Timeout[T any](src flow.Publisher[T], gap time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Timeout: nil source")
	stage.Require(gap > 0, "operators.Timeout: gap %v, must be positive", gap)
	return &timeoutOp[T]{stage.NewBlueprint("timeout", src, opts), stage.Adapt(src), gap, false}
}

type timeoutOp[T any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	gap   time.Duration
	first bool // for TimeoutFirst
}

func (p *timeoutOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &timeoutStage[T]{gap: p.gap, first: p.first, came: flow.Now()}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type timeoutStage[T any] struct {
	stage.Holder[T, T]
	gap   time.Duration
	first bool // only the first element is waited for
	calm  bool // and it has come
	due   stage.Deadline
	in    stage.One[T]
	came  int64        // when the last element had been handed on, at first the start
	ask   atomic.Int64 // moment since which there is demand
}

// Request adds demand. The clock starts if there was none.
func (s *timeoutStage[T]) Request(n int64) {
	if s.Demand() == 0 {
		s.ask.Store(flow.Now()) // before the demand is seen
	}
	s.Holder.Request(n)
}

func (s *timeoutStage[T]) OnSubscribe(sub flow.Subscription) { s.Join(sub, s) }

func (s *timeoutStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *timeoutStage[T]) OnNextBatch(vs []T) {
	switch {
	case !s.Received(len(vs)):
		s.Let(vs, flow.Cancelled)
		return
	case !s.calm && s.due.Rung() && s.late():
		s.Let(vs, flow.Failed)
		s.StopWith(s.gone())
		return
	}
	s.calm = s.first
	s.Emit(vs)
	s.came = flow.Now()
}

// limit returns when the time is up.
func (s *timeoutStage[T]) limit() int64 { return stage.Later(max(s.came, s.ask.Load()), s.gap) }

// late reports whether the time was up before this moment, while the island
// was too busy to notice.
func (s *timeoutStage[T]) late() bool { return s.Demand() > 0 && s.limit() < flow.Now() }

// gone makes the error.
func (s *timeoutStage[T]) gone() error {
	return s.UserError(fmt.Errorf("%w: no element for %v", flow.ErrTimeout, s.gap))
}

// Flush looks at the clock. While elements come the alarm is set once for many
// of them.
func (s *timeoutStage[T]) Flush(int) (emitted int, more bool) {
	if s.Demand() == 0 || s.Over() || s.calm {
		s.due.Clear()
		return 0, false
	}
	now := flow.Now()
	s.due.Set(&s.Handle, s.limit(), now)
	if s.due.Due(&s.Handle, now) {
		s.StopWith(s.gone())
	}
	return 0, false
}

// Want passes the demand up.
func (*timeoutStage[T]) Want(demand int64) int64 { return demand }

// Clear stops the timer.
func (s *timeoutStage[T]) Clear(flow.Reason) { s.due.Stop() }

func (s *timeoutStage[T]) OnError(err error) {
	s.due.Stop()
	s.Holder.OnError(err)
}

func (s *timeoutStage[T]) OnComplete() {
	if !s.Over() && !s.Closed() && !s.calm && s.due.Rung() && s.late() {
		s.OnError(s.gone())
		return
	}
	s.due.Stop()
	s.Holder.OnComplete()
}
