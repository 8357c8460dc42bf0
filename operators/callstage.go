package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// callStage is what [MapAsync] and [MapAsyncKeyed] have in common: a stage that
// lets workers call a function, and emits what comes of it. In and Out are what
// the workers get and return, R is what the stage emits.
//
// It stays registered after the end of its stream until the last call has
// returned: it is the one whom the run waits for.
type callStage[In, Out, R any] struct {
	stage.Inner
	stage.Core[R]
	workers stage.Workers[In, Out]
	self    calling[In, Out]
	up      flow.Subscription
	severed atomic.Bool // upstream has been cancelled
	asked   int64       // requested upstream and not yet received
	last    bool        // upstream has ended
	err     error       // with which
	over    bool        // the end has been signalled
	reason  flow.Reason // for letting go since then
}

// calling is what a stage adds to a callStage.
type calling[In, Out any] interface {
	scheduler.Head
	// clear lets go of what the workers do not have.
	clear(reason flow.Reason)
	// spare lets go of what the workers were given and f was not.
	spare(vs []In, reason flow.Reason)
	// drop lets go of a job.
	drop(j *stage.Job[In, Out])
}

// open connects the stage to its subscriber and prepares the workers.
func (s *callStage[In, Out, R]) open(ctx context.Context, node *flow.Node, down flow.Subscriber[R], self calling[In, Out], c stage.WorkersConfig, f func(context.Context, In) (Out, error)) {
	s.self = self
	s.Connect(ctx, node, down)
	s.Bind(ctx, self)
	c.Run, c.Context, c.Wake, c.Broken = s.Run(), ctx, s.Ready, s.Broken
	s.workers.Init(c, f)
}

// Halt stops the stage and those below it: the context has ended.
func (s *callStage[In, Out, R]) Halt() {
	s.workers.Halt()
	s.Outlet.Halt()
}

// OnSubscribe keeps the first subscription and refuses a second (rule 2.5).
func (s *callStage[In, Out, R]) OnSubscribe(sub flow.Subscription) {
	if s.up != nil {
		sub.Cancel()
		return
	}
	s.up = sub
	s.Ready() // to ask for elements
	s.Accept(s)
	s.Start()
}

// Cancel ends the stream in silence.
func (s *callStage[In, Out, R]) Cancel() {
	s.workers.Stop()
	s.sever()
	s.Core.Cancel()
}

// sever cancels upstream, once.
func (s *callStage[In, Out, R]) sever() {
	if !s.severed.Swap(true) {
		s.up.Cancel()
	}
}

// OnError ends the stream, after the results before it.
func (s *callStage[In, Out, R]) OnError(err error) {
	if err == nil {
		err = flow.ErrProtocol
	}
	s.finish(err)
}

// OnComplete ends the stream, after the results before it.
func (s *callStage[In, Out, R]) OnComplete() { s.finish(nil) }

func (s *callStage[In, Out, R]) finish(err error) {
	if s.last || s.over {
		if err != nil && s.Events()&scheduler.Cancelled == 0 {
			s.Run().Undeliverable(err)
		}
		return
	}
	s.last, s.err = true, err
	s.Ready()
}

// deaf reports whether elements that come now are not wanted any more.
func (s *callStage[In, Out, R]) deaf() bool {
	return s.over || s.last || s.workers.Stopped() || s.workers.Failing()
}

// ask requests want elements of upstream, if that is any. Where no call begins
// any more, elements make room that nobody is going to use.
func (s *callStage[In, Out, R]) ask(want int64) {
	if want > 0 && !s.workers.Stopped() {
		s.asked += want
		s.up.Request(want)
	}
}

// fail ends the stream with the error of a call.
func (s *callStage[In, Out, R]) fail(j *stage.Job[In, Out]) {
	err := s.errorOf(j)
	j.Err = nil
	s.Lost(flow.Failed, 1)
	s.abort(flow.Failed)
	s.Fail(err)
}

func (s *callStage[In, Out, R]) errorOf(j *stage.Job[In, Out]) error {
	if j.Panicked {
		return j.Err
	}
	return s.UserError(j.Err)
}

// report accounts for an element whose call failed, where another error ends
// the stream. An error of a call that was told to stop is none.
func (s *callStage[In, Out, R]) report(j *stage.Job[In, Out]) {
	s.Lost(max(s.reason, flow.Cancelled), 1)
	if !j.Told {
		s.Run().Undeliverable(s.errorOf(j))
	}
}

// interrupted reports whether the stream is over, and ends it if an event from
// outside asks for that.
func (s *callStage[In, Out, R]) interrupted() bool {
	ev := s.Events() &^ scheduler.Draining
	switch {
	case s.over:
		s.sweep()
	case s.Closed():
	case ev == 0:
		return false
	case ev&scheduler.Cancelled != 0:
		s.abort(flow.Cancelled)
		s.Core.Quit()
	case ev&scheduler.Ended != 0:
		s.abort(flow.Failed)
		s.Fail(s.Cause())
	default:
		s.abort(flow.Failed)
		s.Fail(&flow.StageError{Stage: s.Name(), Err: flow.ErrInvalidDemand})
	}
	return true
}

// abort lets go of everything. The end is signalled after it.
func (s *callStage[In, Out, R]) abort(reason flow.Reason) {
	s.over, s.reason = true, reason
	s.workers.Stop()
	if !s.last {
		s.sever()
	}
	s.self.clear(reason)
	s.sweep()
}

// sweep lets go of what calls have brought since, and closes the head when
// none is left.
func (s *callStage[In, Out, R]) sweep() {
	if s.workers.Sweep(func(vs []In) { s.self.spare(vs, s.reason) }, s.self.drop) {
		s.Close()
	}
}
