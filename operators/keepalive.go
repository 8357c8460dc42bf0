package operators

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// keepAliveWindow is how many elements of the source of a [KeepAlive] may be on
// their way or wait.
const keepAliveWindow = 256

// KeepAlive emits the elements of src, and one that value makes whenever the
// reader has asked for one and none has come for the time gap: so that a
// connection is not taken for dead.
//
//	source         -1-2----------3-|
//	KeepAlive(4 columns, x)
//	result         -1-2---x---x--3-|
//
// The clock is that of [Timeout]: it starts with a request and again with each
// element, also with those of value, and stands still while nothing is demanded
// and while the reader works on an element. One that comes exactly when the time
// is up comes instead of that of value.
//
// Demand: passed up as it is, at most 256 elements at once where it is bounded.
//
// Buffer: at most 256 elements that src emits for demand that those of value
// have used; none while demand is unbounded.
//
// Errors: passes upstream's on, after the elements that wait. A panic in value
// ends the stream with a [flow.PanicError].
//
// Ends: completes when upstream does, after the elements that wait. Panics if
// gap is not positive.
//
// The elements of src are never delayed.
func KeepAlive[T any](src flow.Publisher[T], gap time.Duration, value func() T, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.KeepAlive: nil source")
	stage.Require(gap > 0, "operators.KeepAlive: gap %v, must be positive", gap)
	stage.Require(value != nil, "operators.KeepAlive: nil function")
	p := &keepAliveOp[T]{stage.NewBlueprint("keepalive", src, opts), stage.Adapt(src), gap, value}
	p.Node().Capacity = keepAliveWindow
	return p
}

type keepAliveOp[T any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	gap   time.Duration
	value func() T
}

func (p *keepAliveOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &keepAliveStage[T]{plan: p, came: flow.Now()}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type keepAliveStage[T any] struct {
	stage.Holder[T, T]
	plan *keepAliveOp[T]
	due  stage.Deadline
	came int64        // when the last element had been handed on, at first the start
	ask  atomic.Int64 // moment since which there is demand
	held []T          // elements for which there is no demand
	in   stage.One[T]
	out  stage.One[T]
}

// Request adds demand. The clock starts if there was none.
func (s *keepAliveStage[T]) Request(n int64) {
	if s.Demand() == 0 {
		s.ask.Store(flow.Now()) // before the demand is seen
	}
	s.Holder.Request(n)
}

func (s *keepAliveStage[T]) OnSubscribe(sub flow.Subscription) { s.Join(sub, s) }

func (s *keepAliveStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *keepAliveStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	k := 0
	if len(s.held) == 0 {
		k = s.Allowed(len(vs))
	}
	if k < len(vs) { // first: a function below may end the goroutine
		s.held = append(s.held, vs[k:]...)
		s.count()
	}
	s.hand(vs[:k])
	s.Refill()
}

// hand emits vs, for which there is demand.
func (s *keepAliveStage[T]) hand(vs []T) {
	if len(vs) > 0 {
		s.Emit(vs)
		s.came = flow.Now()
	}
}

func (s *keepAliveStage[T]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(s.held)))
	}
}

// Flush emits what is held, or else what value makes when its time has come.
// While elements come the alarm is set once for many of them.
func (s *keepAliveStage[T]) Flush(n int) (emitted int, more bool) {
	if held := s.held; len(held) > 0 {
		k := min(n, len(held))
		s.held = held[k:]
		s.count()
		s.hand(held[:k])
		clear(held[:k])
		if len(s.held) > 0 {
			return k, true
		}
		s.held = held[:0]
		emitted = k
	}
	if s.Demand() == 0 || s.Over() || emitted == n {
		s.due.Clear()
		return emitted, false
	}
	now := flow.Now()
	s.due.Set(&s.Handle, s.limit(), now)
	if s.due.Due(&s.Handle, now) {
		s.beat()
		emitted++
	}
	return emitted, false
}

// limit returns when the time is up.
func (s *keepAliveStage[T]) limit() int64 {
	return stage.Later(max(s.came, s.ask.Load()), s.plan.gap)
}

// beat emits an element of value. Where that does not return, the stream fails.
func (s *keepAliveStage[T]) beat() {
	if s.Stopped() {
		return
	}
	v, ok := s.call()
	if !ok {
		return
	}
	s.Consumed(-1) // it came from value
	out := s.out.One(v)
	s.hand(out)
	clear(out)
	if s.Demand() > 0 && !s.Closed() {
		s.due.Set(&s.Handle, s.limit(), flow.Now())
	}
}

func (s *keepAliveStage[T]) call() (v T, returned bool) {
	defer func() {
		if !returned {
			err := s.Broken(recover())
			s.StopWith(err)
		}
	}()
	return s.plan.value(), true
}

// Want asks for what is demanded.
func (*keepAliveStage[T]) Want(demand int64) int64 {
	if demand == flow.Unbounded {
		return demand
	}
	return min(demand, keepAliveWindow)
}

// Clear lets go of what is held, and stops the timer.
func (s *keepAliveStage[T]) Clear(reason flow.Reason) {
	s.due.Stop()
	held := s.held
	s.held = nil
	s.count()
	s.Let(held, reason)
}

func (s *keepAliveStage[T]) OnError(err error) {
	s.due.Stop()
	s.Holder.OnError(err)
}

func (s *keepAliveStage[T]) OnComplete() {
	s.due.Stop()
	s.Holder.OnComplete()
}
