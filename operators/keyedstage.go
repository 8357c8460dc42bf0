package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// keyedStage is the stage of a [MapAsyncKeyed]. The workers have one element of
// each key at most; the next of that key goes to them when the island has
// collected the one before.
type keyedStage[In any, K comparable, Out any] struct {
	callStage[keyedIn[In, K], keyedOut[In, K, Out], Out]
	plan   *keyedOp[In, K, Out]
	lanes  keyedLanes[In, K]
	in     func(In, flow.Reason)
	out    func(Out, flow.Reason)
	one    stage.One[In]
	free   []keyedIn[In, K] // to be given to the workers
	done   []Out            // results that wait for demand
	inside int              // elements that have come and are not handed on yet
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
		if s.deaf() {
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
			s.inside--
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
	s.ask(int64(s.plan.capacity-s.inside) - s.asked)
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
		s.spare(j.Rest(), max(s.reason, flow.Cancelled)) // of a call that failed as well, or was told to stop
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
		s.done = vs[:0]
	}
	return n
}

// clear lets go of the results that wait for demand, and of the elements that
// wait for their key.
func (s *keyedStage[In, K, Out]) clear(reason flow.Reason) {
	s.letOut(s.done)
	s.done = nil
	s.lanes.clear(func(vs []In) { s.let(vs, reason) })
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
	s.spare(j.Rest(), s.reason)
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

// spare lets go of elements that were with the workers and not given to f.
func (s *keyedStage[In, K, Out]) spare(vs []keyedIn[In, K], reason flow.Reason) {
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
