package stage

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// SinkWorkers is a [Sink] whose function is called by [Workers].
type SinkWorkers[T any] struct {
	Sink[T]
	in      One[T]
	crew    crew[T]
	workers Workers[T, struct{}]
	f       func(context.Context, T) error
	limit   int
	asked   int64 // requested and not yet received
	last    bool  // upstream has ended
	end     error // with which
	over    bool  // what comes is let go
	counted bool  // Delivered has been read
}

// crew is the head on the sink's island that collects what the workers have
// finished. It stays until the last call has returned.
type crew[T any] struct {
	scheduler.Handle
	sink *SinkWorkers[T]
}

func (c *crew[T]) Node() *flow.Node        { return c.sink.node }
func (c *crew[T]) Meter() *scheduler.Meter { return c.sink.meter }
func (c *crew[T]) Halt()                   { c.sink.workers.Halt() }

// Drive runs the stream with up to limit calls of f at once. There are never
// more elements than that in the sink.
func (s *SinkWorkers[T]) Drive(ctx context.Context, node *flow.Node, src flow.Publisher[T], limit int, f func(context.Context, T) error) error {
	s.f, s.limit, s.asked, s.crew.sink = f, limit, int64(limit), s
	s.Open(ctx, node, src, s, s.asked)
	defer s.close()
	s.Await()
	return s.Err()
}

// close tells the crew, which the end of the stream need not have reached.
func (s *SinkWorkers[T]) close() {
	s.counted = true
	s.crew.Post(scheduler.Cancelled)
	s.Close()
}

// OnSubscribe requests the first elements.
func (s *SinkWorkers[T]) OnSubscribe(sub flow.Subscription) {
	if s.up == nil {
		s.workers.Init(WorkersConfig{
			Run: s.run, Context: s.island, Limit: s.limit, Window: s.limit, Wake: s.crew.Ready, Broken: s.PanicError,
		}, s.call)
		s.crew.Bind(s.island, &s.crew)
		s.crew.Start()
	}
	s.Sink.OnSubscribe(sub)
}

func (s *SinkWorkers[T]) call(ctx context.Context, v T) (none struct{}, err error) {
	return none, s.f(ctx, v)
}

// Halted does nothing: the crew is told itself.
func (*SinkWorkers[T]) Halted() {}

// OnNext hands v to the workers.
func (s *SinkWorkers[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

// OnNextBatch hands vs to the workers.
func (s *SinkWorkers[T]) OnNextBatch(vs []T) {
	s.asked -= int64(len(vs))
	if s.over || s.last || s.Done() || s.workers.Stopped() || s.workers.Failing() {
		s.Discard(vs)
		return
	}
	s.workers.Push(vs)
}

// OnError ends the stream when the calls for the elements before it have
// returned.
func (s *SinkWorkers[T]) OnError(err error) {
	if err == nil {
		err = errNilError
	}
	s.ends(err)
}

// OnComplete ends the stream when all calls have returned.
func (s *SinkWorkers[T]) OnComplete() { s.ends(nil) }

func (s *SinkWorkers[T]) ends(err error) {
	switch {
	case s.over:
		s.finish(err)
	case !s.last:
		s.last, s.end = true, err
		s.crew.Ready()
	case err != nil:
		s.run.Undeliverable(err)
	}
}

// Run does one pass: see [scheduler.Head].
func (c *crew[T]) Run(int) (emitted int, again bool) {
	c.sink.collect()
	return 0, false
}

func (s *SinkWorkers[T]) collect() {
	if !s.over && s.crew.Events()&^scheduler.Draining != 0 {
		s.stop()
		if s.last && !s.Left() { // no other signal is going to come
			s.finish(s.crew.Cause())
		}
	}
	if s.over {
		s.sweep()
		return
	}
	s.workers.Collect()
	for j := s.workers.Due(); j != nil; j = s.workers.Due() {
		s.deliver(j)
		if s.workers.Fatal(j) {
			s.fails(j)
			return
		}
		s.workers.Dealt()
	}
	if s.meter != nil {
		s.meter.Buffered(int64(s.workers.Inside()))
	}
	switch want := int64(s.limit-s.workers.Inside()) - s.asked; {
	case s.workers.Failing(): // what is before its error is on its way
	case !s.last && want > 0:
		s.asked += want
		s.Request(want)
	case s.last && s.workers.Inside() == 0:
		s.workers.Stop()
		s.crew.Close()
		if s.end == nil && s.crew.Events()&scheduler.Ended != 0 {
			s.end = s.crew.Cause() // calls may have left elements out
		}
		s.finish(s.end)
	}
}

// deliver counts what has become of a job's elements.
func (s *SinkWorkers[T]) deliver(j *Job[T, struct{}]) {
	n := len(j.Out)
	if j.Err != nil {
		s.Lost(flow.Failed, 1) // f has it
	}
	if s.counted {
		s.Sent(n)
	} else {
		s.Delivered += int64(n)
	}
	if j.Err != nil && !j.Told && !s.workers.Fatal(j) {
		s.run.Undeliverable(s.errorOf(j))
	}
	s.Lost(flow.Skipped, j.Skipped)
	Tell(s.release, j.Left, flow.Skipped)
	s.Discard(j.Rest())
	s.workers.Handed(j, len(j.Out))
}

func (s *SinkWorkers[T]) errorOf(j *Job[T, struct{}]) error {
	if j.Panicked {
		return j.Err
	}
	return s.StageError(j.Err)
}

// fails ends the stream with the error of a call.
func (s *SinkWorkers[T]) fails(j *Job[T, struct{}]) {
	err := s.errorOf(j)
	s.workers.Dealt()
	s.stop()
	s.Stop(err)
	s.sweep()
}

// stop ends the context of the calls, and lets go of what comes.
func (s *SinkWorkers[T]) stop() {
	s.over = true
	s.workers.Stop()
}

// sweep lets go of what no call has begun for, and closes the head when the
// last call has returned.
func (s *SinkWorkers[T]) sweep() {
	if s.workers.Sweep(s.Discard, s.deliver) {
		s.crew.Close()
	}
}
