package operators

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// groupByStage is the subscriber of upstream, and the head from which the
// groups start. All groups are fed on its island.
type groupByStage[T any, K comparable] struct {
	stage.Core[Group[K, T]]
	stage.Inner
	plan     *groupByOp[T, K]
	upstream context.Context
	stop     context.CancelFunc
	release  func(T, flow.Reason)
	up       flow.Subscription
	in       stage.One[T]
	asked    int64 // requested and not yet received
	waiting  []T   // the first of them cannot be placed
	next     K     // its key, if that is known
	known    bool
	open     map[K]*groupLine[T, K]
	oldest   *groupLine[T, K] // of the open groups; where groups end early, used longest ago
	newest   *groupLine[T, K]
	count    int              // of the open groups
	opened   int              // groups in all
	ending   int              // groups that were ended early and hold elements
	pending  int              // elements in groups without a subscriber
	fresh    []Group[K, T]    // not yet emitted
	full     *groupLine[T, K] // the group for which the first waiting element waits
	cramped  bool             // the first waiting element waits for the place of another group
	poll     groupPoll
	idle     stage.Deadline // of the group that is idle for longest
	err      error
	subbed   bool
	left     bool // the subscriber of the groups has left
	last     bool // upstream has ended, or was cancelled

	brake uint32      // not 0: key must not be called any more
	tight atomic.Bool // an element waits for a group's queue

	mu     sync.Mutex         // of what follows, and of the states of all groups
	marked []*groupLine[T, K] // that were subscribed, cancelled or released
}

// Request adds demand for groups. What counts as demand in elements is what
// the groups request.
func (s *groupByStage[T, K]) Request(n int64) {
	if n < 1 {
		s.Post(scheduler.Invalid)
		return
	}
	s.Want(n)
}

// Halt stops the stage and those below it: the context has ended.
func (s *groupByStage[T, K]) Halt() {
	atomic.StoreUint32(&s.brake, 1)
	s.Core.Halt()
}

// Run does one pass: see [scheduler.Head].
func (s *groupByStage[T, K]) Run(n int) (emitted int, again bool) {
	if !s.subbed { // also for a subscriber that has left, see stage.Decline
		s.subbed = true
		stage.Subscribe(s.upstream, s.plan.src, s, s.Meter())
	}
	if s.interrupted() {
		return 0, false
	}
	s.settle()
	more := s.advance(n)
	s.retire()
	emitted = s.announce()
	switch {
	case s.interrupted():
		return emitted, false
	case s.last && len(s.waiting) == 0:
		s.finish()
		return emitted, false
	}
	s.refill()
	s.watch()
	s.buffered()
	return emitted, more
}

func (s *groupByStage[T, K]) OnSubscribe(sub flow.Subscription) {
	if s.up != nil {
		sub.Cancel()
		return
	}
	s.up = sub
}

func (s *groupByStage[T, K]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *groupByStage[T, K]) OnNextBatch(vs []T) {
	s.asked -= int64(len(vs))
	switch {
	case s.last || s.Closed() || atomic.LoadUint32(&s.brake) != 0:
		s.lose(vs, flow.Cancelled)
		return
	case len(s.waiting) > 0:
		s.waiting = append(s.waiting, vs...)
		s.buffered()
		return
	}
	if n := s.place(vs, len(vs)); n < len(vs) && !s.last {
		s.waiting = append(s.waiting, vs[n:]...)
		s.Ready()
	}
	s.announce()
	s.refill()
	s.buffered()
}

func (s *groupByStage[T, K]) OnError(err error) { s.ended(err) }
func (s *groupByStage[T, K]) OnComplete()       { s.ended(nil) }

// ended ends the stream, after the elements that wait.
func (s *groupByStage[T, K]) ended(err error) {
	if s.last {
		return
	}
	s.last, s.err = true, err
	s.Ready()
}

// fail ends the stream because of an error that arose here.
func (s *groupByStage[T, K]) fail(err error) {
	if s.last && s.err != nil {
		return
	}
	s.leave(flow.Failed)
	s.err = err
	s.Ready()
}

// leave cancels upstream and lets go of the elements that wait.
func (s *groupByStage[T, K]) leave(reason flow.Reason) {
	if !s.last && s.up != nil {
		s.up.Cancel()
	}
	s.last, s.known = true, false
	vs := s.waiting
	s.waiting = nil
	s.lose(vs, reason)
}

// interrupted answers what came from outside. It reports whether the head has
// ended.
func (s *groupByStage[T, K]) interrupted() bool {
	switch ev := s.Events(); {
	case s.Closed():
	case ev&scheduler.Ended != 0:
		s.abort(s.Cause())
	case ev&scheduler.Invalid != 0:
		s.abort(&flow.StageError{Stage: s.Name(), Err: flow.ErrInvalidDemand})
	case ev&scheduler.Cancelled == 0:
		return false
	default:
		s.left = true
		s.settle()
		if s.count > 0 {
			return false
		}
		s.leave(flow.Cancelled)
		s.end(nil)
	}
	return true
}

// Abandon is for the kit; the stage ends itself.
func (s *groupByStage[T, K]) Abandon(reason flow.Reason) { s.leave(reason) }

// abort ends all at once with err.
func (s *groupByStage[T, K]) abort(err error) {
	atomic.StoreUint32(&s.brake, 1)
	s.leave(flow.Failed)
	s.settle()
	for l := s.oldest; l != nil; l = l.follow {
		l.abort(err)
	}
	s.end(err)
}

// finish ends the groups, the first one first, and then the stream. Those
// without a subscriber keep what they hold.
func (s *groupByStage[T, K]) finish() {
	s.settle()
	var late []*groupLine[T, K]
	for _, l := range s.inOrder() {
		if l.finish(s.err) {
			late = append(late, l)
		}
	}
	if s.release != nil && len(late) > 0 {
		s.Outlet.Run().AtEnd(func() {
			for _, l := range late {
				l.Release(flow.Cancelled)
			}
		})
	}
	s.end(s.err)
}

// end signals the end of the stream of groups.
func (s *groupByStage[T, K]) end(err error) {
	s.poll.alarm.Stop()
	s.idle.Stop()
	s.oldest, s.newest, s.open = nil, nil, nil
	s.count, s.pending = 0, 0
	s.Close()
	s.stop()
	if s.left {
		s.Outlet.Quit()
		return
	}
	s.End(err)
}

// refill asks for more elements, when that is a good part of the window and
// there is anybody to take them.
func (s *groupByStage[T, K]) refill() {
	if s.last || s.up == nil || s.Closed() || len(s.waiting) > 0 || (s.count == 0 && s.Demand() == 0) {
		return
	}
	window := int64(s.plan.capacity)
	if n := window - s.asked; n >= max(1, window*3/4) {
		s.asked += n
		s.up.Request(n)
	}
}

func (s *groupByStage[T, K]) buffered() {
	if m := s.Meter(); m != nil && !s.Closed() {
		m.Buffered(int64(len(s.waiting) + s.pending))
	}
}

// lose lets go of elements.
func (s *groupByStage[T, K]) lose(vs []T, reason flow.Reason) {
	s.Lost(reason, int64(len(vs)))
	stage.Tell(s.release, vs, reason)
}
