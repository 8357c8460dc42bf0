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
func Throttle[T any](src flow.Publisher[T], n int, per time.Duration, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Throttle: nil source")
	stage.Require(n > 0, "operators.Throttle: %d elements, must be at least 1", n)
	stage.Require(per > 0, "operators.Throttle: period %v, must be positive", per)
	burst := max(1, stage.Configure(opts).Burst)
	return &throttleOp[T]{stage.NewBlueprint("throttle", src, opts), stage.Adapt(src), n, per, burst}
}

// WithBurst lets a [Throttle] that has waited emit up to n elements at once.
// Panics if n is less than 1.
func WithBurst(n int) Option {
	stage.Require(n > 0, "operators.WithBurst: %d elements, must be at least 1", n)
	return func(c *stage.Config) { c.Burst = n }
}

type throttleOp[T any] struct {
	stage.Blueprint
	src   flow.Publisher[T]
	n     int
	per   time.Duration
	burst int
}

func (p *throttleOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &throttleStage[T]{bucket: stage.NewBucket(p.n, p.per, p.burst, flow.Now()), burst: int64(p.burst)}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// throttleStage has asked for no more elements than there are tokens, so that
// each can be handed on when it comes.
type throttleStage[T any] struct {
	stage.Holder[T, T]
	bucket stage.Bucket
	burst  int64
	next   stage.Deadline
	in     stage.One[T]
}

func (s *throttleStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *throttleStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	s.bucket.Fill(flow.Now()) // before there is room for more
	s.bucket.Take(int64(len(vs)))
	s.Emit(vs)
	s.Refill()
}

// Want counts the tokens, and waits for the next where they do not suffice.
func (s *throttleStage[T]) Want(demand int64) int64 {
	if demand == 0 {
		return 0
	}
	now := flow.Now()
	tokens := s.bucket.Fill(now)
	if tokens < min(demand, s.burst) {
		s.next.Set(&s.Handle, stage.Later(now, s.bucket.Next()), now)
	}
	return min(demand, tokens)
}

// Flush has nothing to emit.
func (s *throttleStage[T]) Flush(int) (emitted int, more bool) { return 0, false }

// Clear stops the timer.
func (s *throttleStage[T]) Clear(flow.Reason) { s.next.Stop() }

func (s *throttleStage[T]) OnError(err error) {
	s.next.Stop()
	s.Holder.OnError(err)
}

func (s *throttleStage[T]) OnComplete() {
	s.next.Stop()
	s.Holder.OnComplete()
}
