package operators

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// Retry emits the elements of src, and subscribes to src again when that has
// failed: at most the given number of times, [flow.Unbounded] for no limit. It
// does so at once, or with [WithBackoff] after a wait. Elements that were
// delivered before a failure are not withdrawn, and count for nothing: neither
// do they set the number back, for which there is [WithHealthyAfter], nor are
// they skipped the next time.
//
//	source         --1--2--X     --1--2--3--|
//	Retry(src, 1)
//	result         --1--2----------1--2--3--|
//
// Demand: passed up as it is; what an attempt has not used is asked of the
// next.
//
// Buffer: none.
//
// Errors: the error of the last attempt, in a [flow.StageError] with the number
// of attempts. An error that is not to be retried is passed on as it is: one
// that [WithRetryIf] rejects, and without that option a [flow.PanicError],
// since a fault in the program does not go away. The end of the context ends
// the stream, also during a wait, and is never retried.
//
// Ends: completes when src does. While its graph drains, no attempt is made:
// it completes instead. Panics if times is negative.
func Retry[T any](src flow.Publisher[T], times int64, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Retry: nil source")
	stage.Require(times >= 0, "operators.Retry: negative count %d", times)
	return &retryOp[T]{
		stage.NewBlueprint("retry", src, opts), stage.Adapt(src), times, stage.Configure(opts), (*scheduler.Run).Random,
	}
}

// WithBackoff lets [Retry] wait before it subscribes again, and [RetryCall]
// before it calls again. The wait before
// retry k is chosen at random from 0 up to first·2^(k-1), but no more than
// most, so that many streams that failed together do not come back together.
// Under scheduler.NewSeeded the seed chooses. Panics if first is not positive
// or most is less than first.
func WithBackoff(first, most time.Duration) Option {
	stage.Require(first > 0, "operators.WithBackoff: first wait %v, must be positive", first)
	stage.Require(most >= first, "operators.WithBackoff: most %v is less than the first wait %v", most, first)
	return func(c *stage.Config) { c.FirstBackoff, c.MostBackoff = first, most }
}

// WithRetryIf lets [Retry] and [RetryCall] retry the errors for which f returns true, a
// [flow.PanicError] among them, and pass on the others at once. f is not asked
// about the end of the context. Panics if f is nil.
func WithRetryIf(f func(err error) bool) Option {
	stage.Require(f != nil, "operators.WithRetryIf: nil function")
	return func(c *stage.Config) { c.RetryIf = f }
}

// WithHealthyAfter lets [Retry] forget its failures when an attempt fails that
// has run for at least d: the number of times and the backoff begin anew, as
// after a first failure. For a source that is to run for ever, and whose
// failures are far apart. Panics if d is not positive.
func WithHealthyAfter(d time.Duration) Option {
	stage.Require(d > 0, "operators.WithHealthyAfter: %v, must be positive", d)
	return func(c *stage.Config) { c.Healthy = d }
}

type retryOp[T any] struct {
	stage.Blueprint
	src    flow.Publisher[T]
	times  int64
	conf   stage.Config
	random func(r *scheduler.Run, n int64) int64
}

func (p *retryOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &retryStage[T]{plan: p}
	s.Begin(ctx, p.Node(), down, s)
}

type retryStage[T any] struct {
	stage.Relay[T]
	plan     *retryOp[T]
	attempts int64
	began    int64 // when the present attempt has
	waits    bool  // for the next one
	alarm    stage.Alarm
}

// After makes the next attempt, or waits for its time.
func (s *retryStage[T]) After(err error) (flow.Publisher[T], stage.Progress, error) {
	switch {
	case s.waits && !s.Draining() && !s.alarm.Rang():
		return nil, stage.Wait, nil
	case s.waits || s.attempts == 0:
		s.waits = false
	case err == nil:
		return nil, stage.Last, nil
	default:
		if d := s.plan.conf.Healthy; d > 0 && flow.Now()-s.began >= int64(d) {
			s.attempts = 1
		}
		if err := s.verdict(err); err != nil {
			return nil, stage.Last, err
		}
		if c := &s.plan.conf; c.FirstBackoff > 0 && !s.Draining() {
			longest := stage.Backoff(c.FirstBackoff, c.MostBackoff, s.attempts)
			s.waits = true
			s.alarm.Set(&s.Handle, time.Duration(s.plan.random(s.Outlet.Run(), int64(longest))))
			return nil, stage.Wait, nil
		}
	}
	if s.attempts > 0 && s.Draining() {
		return nil, stage.Last, nil
	}
	s.attempts++
	s.began = flow.Now()
	return s.plan.src, stage.More, nil
}

// verdict returns the error to end with, or nil if err is to be retried.
func (s *retryStage[T]) verdict(err error) error {
	again := true
	if f := s.plan.conf.RetryIf; f != nil {
		if failed := s.Try(err, func() error { again = f(err); return nil }); failed != nil {
			return failed
		}
	} else {
		var bug *flow.PanicError
		again = !errors.As(err, &bug)
	}
	switch {
	case !again:
		return err
	case s.attempts > s.plan.times:
		return &flow.StageError{Stage: s.Name(), Err: fmt.Errorf("attempt %d failed: %w", s.attempts, err)}
	}
	return nil
}

// Abandon stops the wait as well.
func (s *retryStage[T]) Abandon(reason flow.Reason) {
	s.Relay.Abandon(reason)
	s.alarm.Stop()
}
