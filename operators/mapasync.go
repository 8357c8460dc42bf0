package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// asyncWindow is how many elements a MapAsync may hold while its function is
// so cheap that they are handed out in chunks.
const asyncWindow = 512

// Unordered lets a [MapAsync] emit each result as soon as it is there. Without
// it they come in the order of their elements.
func Unordered() Option { return func(c *stage.Config) { c.Unordered = true } }

// MapAsync emits the result of f(ctx, v) for each element v, with at most
// concurrency calls of f at once. The results come in the order of their
// elements, or with [Unordered] as they are there.
//
//	source         --1--2--3-----|
//	MapAsync(2)      [1----]
//	                    [2-]
//	                       [3-]
//	result         --------1-2-3-|
//
// Calls run on goroutines of their own, which come with the elements and go
// when there are none. An element gets a call at once where one is free. Only
// while f takes less than about 20 µs, a goroutine takes several elements at a
// time, which it then maps one after another. The context that f gets ends
// with the stream.
//
// Demand: requests concurrency at once, and then one for each result that has
// been handed on. While f takes less than 5 ms it asks for as many again, so
// that an element is there when a call returns, and while f is so fast that a
// goroutine takes several elements at a time, for up to 512; but for no more
// than are demanded.
//
// Buffer: at most concurrency elements, those in a call and results that wait
// for demand or for their turn. While f takes less than 5 ms twice as many, and
// while it is so fast 512 where that is more; of these no more than are demanded.
//
// Errors: an error that f returns ends the stream as a [flow.StageError], a
// panic as a [flow.PanicError]: after the results before it, or with Unordered
// after those that are there. It ends the context of the other calls. Passes
// upstream's on, after the results before it. [flow.ErrSkip] leaves the element
// out: see [DeadLetter]. When the stream is over or
// cancelled, no further call begins.
//
// Ends: completes when upstream has and every result is handed on. The run
// waits until every call has returned, whatever ends the stream. Panics if
// concurrency is less than 1.
func MapAsync[In, Out any](src flow.Publisher[In], concurrency int, f func(context.Context, In) (Out, error), opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.MapAsync: nil source")
	stage.Require(concurrency > 0, "operators.MapAsync: concurrency %d, must be at least 1", concurrency)
	stage.Require(f != nil, "operators.MapAsync: nil function")
	p := &mapAsyncOp[In, Out]{
		Blueprint: stage.NewBlueprint("mapasync", src, opts), src: stage.Adapt(src), f: f,
		concurrency: concurrency, ordered: !stage.Configure(opts).Unordered,
	}
	p.Node().Capacity = int64(max(2*concurrency, asyncWindow))
	return p
}

type mapAsyncOp[In, Out any] struct {
	stage.Blueprint
	src         flow.Publisher[In]
	f           func(context.Context, In) (Out, error)
	concurrency int
	ordered     bool
}

func (p *mapAsyncOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &mapAsyncStage[In, Out]{in: flow.ReleaseFunc[In](), out: flow.ReleaseFunc[Out]()}
	s.open(ctx, p.Node(), down, s, stage.WorkersConfig{Limit: p.concurrency, Window: max(p.concurrency, asyncWindow), Ordered: p.ordered}, p.f)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type mapAsyncStage[In, Out any] struct {
	callStage[In, Out, Out]
	in    func(In, flow.Reason)
	out   func(Out, flow.Reason)
	one   stage.One[In]
	batch stage.Scratch[Out]
}

func (s *mapAsyncStage[In, Out]) OnNext(v In) { s.OnNextBatch(s.one.One(v)) }

func (s *mapAsyncStage[In, Out]) OnNextBatch(vs []In) {
	s.asked -= int64(len(vs))
	if s.deaf() {
		s.spare(vs, flow.Cancelled)
		return
	}
	s.workers.Push(vs)
}

// Run does one pass: see [scheduler.Head].
func (s *mapAsyncStage[In, Out]) Run(n int) (emitted int, again bool) {
	if s.interrupted() {
		return 0, false
	}
	s.workers.Collect()
	emitted, more := s.flush(s.Allowed(n))
	if s.interrupted() {
		return emitted, false
	}
	if m := s.Meter(); m != nil {
		m.Buffered(int64(s.workers.Inside()))
	}
	switch {
	case s.workers.Failing():
		s.sever()
	case !s.last:
		s.refill()
	case s.workers.Inside() == 0:
		s.workers.Stop()
		s.End(s.err)
	}
	return emitted, more && s.Demand() > 0
}

// refill asks upstream for what there is room for.
func (s *mapAsyncStage[In, Out]) refill() {
	s.ask(s.workers.Want(s.Demand()) - int64(s.workers.Inside()) - s.asked)
}

// flush emits at most n results and reports whether more are there.
func (s *mapAsyncStage[In, Out]) flush(n int) (emitted int, more bool) {
	for {
		emitted += s.emit(n - emitted)
		j := s.workers.Due()
		switch {
		case j == nil:
			return emitted, false
		case len(j.Out) > 0, s.Events()&^scheduler.Draining != 0:
			return emitted, true
		case s.workers.Fatal(j):
			s.fail(j)
			return emitted, false
		case j.Err != nil:
			s.report(j)
		}
		s.skip(j)
		s.spare(j.Rest(), max(s.reason, flow.Cancelled)) // of a call that failed as well, or was told to stop
		s.workers.Dealt()
	}
}

// emit emits at most n results, those up to the first job that has brought
// something else as well.
func (s *mapAsyncStage[In, Out]) emit(n int) (emitted int) {
	batch := s.batch.Get(min(n, s.workers.Inside()))
	for j := s.workers.Due(); j != nil; j = s.workers.Due() {
		k := copy(batch[emitted:], j.Out)
		s.workers.Handed(j, k)
		emitted += k
		if len(j.Out) > 0 || !j.Plain() {
			break
		}
		s.workers.Dealt()
	}
	if emitted > 0 {
		s.Emit(batch[:emitted])
		s.batch.Put(batch[:emitted])
	}
	return emitted
}

// drop lets go of a job.
func (s *mapAsyncStage[In, Out]) drop(j *stage.Job[In, Out]) {
	s.Lost(s.reason, int64(len(j.Out)))
	stage.Tell(s.out, j.Out, s.reason)
	s.skip(j)
	s.spare(j.Rest(), s.reason)
	if j.Err != nil {
		s.report(j)
	}
}

// skip accounts for the elements that f has left out.
func (s *mapAsyncStage[In, Out]) skip(j *stage.Job[In, Out]) {
	s.Lost(flow.Skipped, int64(j.Skipped))
	stage.Tell(s.in, j.Left, flow.Skipped)
}

// clear does nothing: the workers have everything.
func (s *mapAsyncStage[In, Out]) clear(flow.Reason) {}

// spare lets go of elements that f was not given.
func (s *mapAsyncStage[In, Out]) spare(vs []In, reason flow.Reason) {
	s.Lost(reason, int64(len(vs)))
	stage.Tell(s.in, vs, reason)
}
