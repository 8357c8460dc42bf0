package operators

import (
	"context"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Throttle emits all elements of src, at most n in each period: one after
// another at equal distances, and as many as its burst allows at once when
// none came for a while. Waiting is backpressure: an element that must wait is
// not asked for.
//
//	source         --1-2-3----------4--|
//	Throttle(1, 4 columns)
//	result         --1---2---3------4--|
//
// Demand: passed up as far as there are tokens. A token comes every per/n, and
// as many are kept as [WithBurst] says, 1 without it; they are all there at the
// start.
//
// Buffer: none.
//
// Errors: passes upstream's on.
//
// Ends: completes when upstream does, without waiting. Panics if n is less
// than 1 or per is not positive.
//
// No error adds up over time. A timer of the operating system may ring late by
// some 100 microseconds; for rates above a few thousand elements a second give
// it a burst that covers that, or the real rate falls behind.
//
// For elements that do not cost the same, and to drop those that exceed the rate
// or to fail at them, there is [ThrottleWith].
func Throttle[T any](src flow.Publisher[T], n int, per time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Throttle: nil source")
	stage.Require(n > 0, "operators.Throttle: %d elements, must be at least 1", n)
	stage.Require(per > 0, "operators.Throttle: period %v, must be positive", per)
	cfg := ThrottleConfig[T]{N: n, Per: per, Burst: stage.Configure(opts).Burst}
	return &throttleOp[T]{stage.NewBlueprint("throttle", src, opts), stage.Adapt(src), cfg}
}

// WithBurst lets a [Throttle] that has waited emit up to n elements at once.
// Panics if n is less than 1.
func WithBurst(n int) Option {
	stage.Require(n > 0, "operators.WithBurst: %d elements, must be at least 1", n)
	return func(c *stage.Config) { c.Burst = n }
}

type throttleOp[T any] struct {
	stage.Blueprint
	src flow.Publisher[T]
	cfg ThrottleConfig[T]
}

func (p *throttleOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &throttleStage[T]{bucket: p.cfg.bucket(), burst: p.cfg.burst(), cost: p.cfg.Cost}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// throttleStage has asked for no more elements than there are tokens, so that
// each can be handed on when it comes. Where it is not known before what an
// element costs, it asks for one, and holds that until it can be paid.
type throttleStage[T any] struct {
	stage.Holder[T, T]
	bucket stage.Bucket
	burst  int64
	cost   func(T) int64 // nil: 1
	next   stage.Deadline
	in     stage.One[T]
	out    stage.One[T]
	slot   [1]T
	full   bool  // slot holds an element
	need   int64 // tokens for it
}

func (s *throttleStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *throttleStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	now := flow.Now()
	need := int64(len(vs))
	if s.cost != nil {
		var ok bool
		if need, ok = s.price(vs[0]); !ok {
			return
		}
	}
	if s.bucket.Fill(now) < min(need, s.burst) { // before there is room for more
		s.hold(vs[0], need, now)
		return
	}
	s.bucket.Take(need)
	s.Emit(vs)
	s.Refill()
}

// price says what an element costs. Where the function has no answer, it lets
// go of the element and ends the stream.
func (s *throttleStage[T]) price(v T) (need int64, ok bool) {
	defer func() {
		if !ok {
			if need >= 0 {
				s.fail(v, s.Broken(recover()))
			} else {
				s.fail(v, s.UserError(negativeCost(need)))
			}
		}
	}()
	need = s.cost(v)
	return need, need >= 0
}

func (s *throttleStage[T]) fail(v T, err error) {
	s.Let([]T{v}, flow.Failed)
	s.Enough()
	s.OnError(err)
}

// hold keeps an element until it can be paid.
func (s *throttleStage[T]) hold(v T, need, now int64) {
	s.slot[0], s.full, s.need = v, true, need
	s.buffered(1)
	s.wait(now)
}

// wait sets the timer for the element that is held.
func (s *throttleStage[T]) wait(now int64) {
	s.next.Set(&s.Handle, stage.Later(now, s.bucket.Wait(min(s.need, s.burst))), now)
}

func (s *throttleStage[T]) buffered(n int64) {
	if m := s.Meter(); m != nil {
		m.Buffered(n)
	}
}

// empty takes out the element that is held.
func (s *throttleStage[T]) empty() []T {
	vs := s.out.One(s.slot[0])
	clear(s.slot[:])
	s.full = false
	s.buffered(0)
	return vs
}

// Want counts the tokens, and waits for the next where they do not suffice.
func (s *throttleStage[T]) Want(demand int64) int64 {
	switch {
	case demand == 0 || s.full:
		return 0
	case s.cost != nil:
		return 1
	}
	now := flow.Now()
	tokens := s.bucket.Fill(now)
	if tokens < min(demand, s.burst) {
		s.next.Set(&s.Handle, stage.Later(now, s.bucket.Next()), now)
	}
	return min(demand, tokens)
}

// Flush emits the element that is held, if it can be paid.
func (s *throttleStage[T]) Flush(n int) (emitted int, more bool) {
	if !s.full || n == 0 {
		return 0, s.full
	}
	now := flow.Now()
	if s.bucket.Fill(now) < min(s.need, s.burst) {
		s.wait(now)
		s.Pause()
		return 0, true
	}
	s.bucket.Take(s.need)
	vs := s.empty()
	s.Emit(vs)
	clear(vs)
	return 1, false
}

// Clear lets go of the element that is held, and stops the timer.
func (s *throttleStage[T]) Clear(reason flow.Reason) {
	s.next.Stop()
	if s.full {
		vs := s.empty()
		s.Let(vs, reason)
		clear(vs)
	}
}

func (s *throttleStage[T]) OnError(err error) {
	s.last()
	s.Holder.OnError(err)
}

func (s *throttleStage[T]) OnComplete() {
	s.last()
	s.Holder.OnComplete()
}

// last stops the timer, unless there is an element that waits for it.
func (s *throttleStage[T]) last() {
	if !s.full {
		s.next.Stop()
	}
}
