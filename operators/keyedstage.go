package operators

import (
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// keyedStage is the stage of a [MapAsyncKeyed]. The workers have one element of
// each key at most; the next of that key goes to them when the island has
// collected the one before. It stays registered after the end of its stream
// until the last call has returned.
type keyedStage[In any, K comparable, Out any] struct {
	stage.Inner
	stage.Core[Out]
	plan    *keyedOp[In, K, Out]
	workers stage.Workers[keyedIn[In, K], keyedOut[In, K, Out]]
	lanes   keyedLanes[In, K]
	in      func(In, flow.Reason)
	out     func(Out, flow.Reason)
	up      flow.Subscription
	severed atomic.Bool // upstream has been cancelled
	one     stage.One[In]
	free    []keyedIn[In, K] // to be given to the workers
	done    []Out            // results that wait for demand
	inside  int              // elements that have come and are not handed on yet
	asked   int64            // requested upstream and not yet received
	last    bool             // upstream has ended
	err     error            // with which
	over    bool             // the end has been signalled
	reason  flow.Reason      // for letting go since then
}

// Halt stops the stage and those below it: the context has ended.
func (s *keyedStage[In, K, Out]) Halt() {
	s.workers.Halt()
	s.Outlet.Halt()
}

// OnSubscribe keeps the first subscription and refuses a second (rule 2.5).
func (s *keyedStage[In, K, Out]) OnSubscribe(sub flow.Subscription) {
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
func (s *keyedStage[In, K, Out]) Cancel() {
	s.workers.Stop()
	s.sever()
	s.Core.Cancel()
}

// sever cancels upstream, once.
func (s *keyedStage[In, K, Out]) sever() {
	if !s.severed.Swap(true) {
		s.up.Cancel()
	}
}

func (s *keyedStage[In, K, Out]) OnNext(v In) { s.OnNextBatch(s.one.One(v)) }

// OnNextBatch puts vs into their lanes. Where key does not return, the stream
// ends after the results of the elements before.
func (s *keyedStage[In, K, Out]) OnNextBatch(vs []In) {
	s.asked -= int64(len(vs))
	at, returned := 0, false
	defer func() {
		if !returned {
			err := s.Broken(recover())
			s.let(vs[at:], flow.Failed)
			s.hand()
			s.sever()
			s.finish(err)
		}
	}()
	for i, v := range vs {
		if s.over || s.last || s.workers.Stopped() || s.workers.Failing() {
			s.let(vs[i:], flow.Cancelled)
			break
		}
		at = i
		key := s.plan.key(v)
		s.inside++
		if lane, free := s.lanes.enter(key, v); free {
			s.free = append(s.free, keyedIn[In, K]{v, lane})
		}
	}
	s.hand()
	returned = true
}

// hand gives the workers the elements whose lanes are free.
func (s *keyedStage[In, K, Out]) hand() {
	if len(s.free) > 0 {
		s.workers.Push(s.free)
		clear(s.free)
		s.free = s.free[:0]
	}
}

// OnError ends the stream, after the results before it.
func (s *keyedStage[In, K, Out]) OnError(err error) {
	if err == nil {
		err = flow.ErrProtocol
	}
	s.finish(err)
}

// OnComplete ends the stream, after the results before it.
func (s *keyedStage[In, K, Out]) OnComplete() { s.finish(nil) }

func (s *keyedStage[In, K, Out]) finish(err error) {
	if s.last || s.over {
		if err != nil && s.Events()&scheduler.Cancelled == 0 {
			s.Outlet.Run().Undeliverable(err)
		}
		return
	}
	s.last, s.err = true, err
	s.Ready()
}

// Run does one pass: see [scheduler.Head].
func (s *keyedStage[In, K, Out]) Run(n int) (emitted int, again bool) {
	if s.interrupted() {
		return 0, false
	}
	s.workers.Collect()
	fatal := s.collect()
	s.hand()
	emitted = s.emit(s.Allowed(n))
	if s.interrupted() {
		return emitted, false
	}
	if m := s.Meter(); m != nil {
		m.Buffered(int64(s.inside))
	}
	switch {
	case s.workers.Failing():
		s.sever()
		if fatal != nil && len(s.done) == 0 {
			s.fail(fatal)
			return emitted, false
		}
	case !s.last:
		s.refill()
	case s.inside == 0:
		s.workers.Stop()
		s.End(s.err)
		return emitted, false
	}
	return emitted, len(s.done) > 0 && s.Demand() > 0
}

// refill asks upstream for what there is room for.
func (s *keyedStage[In, K, Out]) refill() {
	want := int64(s.plan.capacity-s.inside) - s.asked
	if want > 0 {
		s.asked += want
		s.up.Request(want)
	}
}

// keyedJob is what a worker took at once.
type keyedJob[In any, K comparable, Out any] = stage.Job[keyedIn[In, K], keyedOut[In, K, Out]]

// collect takes the results that are there, and lets the next of their keys go
// to the workers. It returns the job whose error ends the stream, behind the
// results before it, or nil.
func (s *keyedStage[In, K, Out]) collect() (fatal *keyedJob[In, K, Out]) {
	for j := s.workers.Due(); j != nil; j = s.workers.Due() {
		for _, r := range j.Out {
			if r.skip != nil {
				s.inside--
				s.skip(r)
			} else {
				s.done = append(s.done, r.v)
			}
			if v, more := s.lanes.leave(r.lane); more {
				s.free = append(s.free, keyedIn[In, K]{v, r.lane})
			}
		}
		s.workers.Handed(j, len(j.Out))
		switch {
		case s.workers.Fatal(j):
			return j
		case j.Err != nil:
			s.inside--
			s.report(j)
		}
		s.letIn(j.Rest(), max(s.reason, flow.Cancelled)) // of a call that failed as well, or was told to stop
		s.workers.Dealt()
	}
	return nil
}

// emit emits at most n results.
func (s *keyedStage[In, K, Out]) emit(n int) int {
	n = min(n, len(s.done))
	if n == 0 {
		return 0
	}
	vs := s.done[:n]
	s.done = s.done[n:]
	s.inside -= n
	s.Emit(vs)
	clear(vs)
	if len(s.done) == 0 {
		s.done = nil
	}
	return n
}

// fail ends the stream with the error of a call.
func (s *keyedStage[In, K, Out]) fail(j *keyedJob[In, K, Out]) {
	err := s.errorOf(j)
	j.Err = nil
	s.inside--
	s.Lost(flow.Failed, 1)
	s.abort(flow.Failed)
	s.Fail(err)
}

func (s *keyedStage[In, K, Out]) errorOf(j *keyedJob[In, K, Out]) error {
	if j.Panicked {
		return j.Err
	}
	return s.UserError(j.Err)
}

// report accounts for an element whose call failed, where another error ends
// the stream. An error of a call that was told to stop is none.
func (s *keyedStage[In, K, Out]) report(j *keyedJob[In, K, Out]) {
	s.Lost(max(s.reason, flow.Cancelled), 1)
	if !j.Told {
		s.Outlet.Run().Undeliverable(s.errorOf(j))
	}
}

// interrupted reports whether the stream is over, and ends it if an event from
// outside asks for that.
func (s *keyedStage[In, K, Out]) interrupted() bool {
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
func (s *keyedStage[In, K, Out]) abort(reason flow.Reason) {
	s.over, s.reason = true, reason
	s.workers.Stop()
	if !s.last {
		s.sever()
	}
	s.letOut(s.done)
	s.done = nil
	s.sweep()
	s.lanes.clear(func(vs []In) { s.let(vs, reason) })
}

// sweep lets go of what calls have brought since, and closes the head when none
// is left.
func (s *keyedStage[In, K, Out]) sweep() {
	if s.workers.Sweep(func(vs []keyedIn[In, K]) { s.letIn(vs, s.reason) }, s.drop) {
		s.Close()
	}
}

// drop lets go of a job.
func (s *keyedStage[In, K, Out]) drop(j *keyedJob[In, K, Out]) {
	for _, r := range j.Out {
		if r.skip != nil {
			s.skip(r)
		} else {
			s.letOut([]Out{r.v})
		}
	}
	s.letIn(j.Rest(), s.reason)
	if j.Err != nil {
		s.report(j)
	}
}

// skip lets go of an element that f has left out.
func (s *keyedStage[In, K, Out]) skip(r keyedOut[In, K, Out]) {
	s.Lost(flow.Skipped, 1)
	stage.TellSkipped(s.in, r.in, r.skip)
}

// letOut lets go of results.
func (s *keyedStage[In, K, Out]) letOut(vs []Out) {
	s.Lost(s.reason, int64(len(vs)))
	stage.Tell(s.out, vs, s.reason)
}

// letIn lets go of elements that were with the workers and not given to f.
func (s *keyedStage[In, K, Out]) letIn(vs []keyedIn[In, K], reason flow.Reason) {
	for _, e := range vs {
		s.inside--
		s.let([]In{e.v}, reason)
	}
}

// let lets go of elements that f was not given.
func (s *keyedStage[In, K, Out]) let(vs []In, reason flow.Reason) {
	s.Lost(reason, int64(len(vs)))
	stage.Tell(s.in, vs, reason)
}
