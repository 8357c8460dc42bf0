package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// defaultPrefetch is how many elements FlatMap takes from an inner stream
// ahead of demand.
const defaultPrefetch = 32

// WithPrefetch says how many elements of each inner stream a [FlatMap] may
// hold. The default is 32.
func WithPrefetch(n int) Option {
	stage.Require(n > 0, "operators.WithPrefetch: %d elements, must be at least 1", n)
	return func(c *stage.Config) { c.Prefetch = int64(n) }
}

// prefetchOf returns what opts say, or the default.
func prefetchOf(opts []Option) int64 {
	if n := stage.Configure(opts).Prefetch; n > 0 {
		return n
	}
	return defaultPrefetch
}

// FlatMap emits the elements of the streams f(v), at most concurrency of them
// at once, as they come. Elements of one inner stream keep their order. The
// inner streams run on one island, that of FlatMap: put an [Async] into f where
// they are to run in parallel.
//
//	source         --a-------b--|
//	f(a)             -1---2-|
//	f(b)                     -3-4-|
//	FlatMap(2, f)
//	result         ---1---2---3-4-|
//
// Demand: requests concurrency elements at once, and one more for each inner
// stream that has completed and been handed on. Requests as many elements of
// each inner stream as may be held, see [WithPrefetch], and again what has been
// handed on when that is three quarters of it.
//
// Buffer: at most 32 elements for each inner stream, or as [WithPrefetch] says,
// while there is no demand.
//
// Errors: the first error, upstream's or an inner stream's, cancels everything
// above and is passed on after the elements before it. So is a panic in f or
// in the Subscribe of its result, as a [flow.PanicError], and a nil result, as
// a [flow.StageError]. [WithDelayErrors] lets the other streams go on.
//
// Ends: completes when upstream and all inner streams have. Panics if
// concurrency is less than 1.
func FlatMap[In, Out any](src flow.Publisher[In], concurrency int, f func(In) flow.Publisher[Out], opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.FlatMap: nil source")
	stage.Require(concurrency > 0, "operators.FlatMap: concurrency %d, must be at least 1", concurrency)
	stage.Require(f != nil, "operators.FlatMap: nil function")
	prefetch := prefetchOf(opts)
	p := &flatMapOp[In, Out]{stage.NewBlueprint("flatmap", src, opts), stage.Adapt(src), f, concurrency, int(prefetch), stage.Configure(opts).DelayErrors}
	p.Node().Capacity = int64(concurrency) * prefetch
	p.Node().Dynamic = true
	return p
}

type flatMapOp[In, Out any] struct {
	stage.Blueprint
	src         flow.Publisher[In]
	f           func(In) flow.Publisher[Out]
	concurrency int
	prefetch    int
	delayErrors bool
}

func (p *flatMapOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &flatMapStage[In, Out]{plan: p, release: flow.ReleaseFunc[In]()}
	if p.delayErrors {
		s.errs = new(stage.Errors)
		s.Keep(s.errs)
		s.outer.Keep(s.errs)
	}
	s.Begin(ctx, p.Node(), down, s, p.prefetch, true)
}

// flatMapStage is the head that the inner streams emit into, and the subscriber
// of the outer stream.
type flatMapStage[In, Out any] struct {
	stage.Fanin[Out]
	plan    *flatMapOp[In, Out]
	inner   context.Context
	outer   stage.Upstream
	release func(In, flow.Reason)
	in      stage.One[In]
	errs    *stage.Errors     // where errors are delayed
	added   *stage.Input[Out] // for the stream that f has returned last
}

// Open subscribes to the outer stream.
func (s *flatMapStage[In, Out]) Open() {
	s.inner = scheduler.Inner(s.Context(), s.Node())
	stage.Subscribe(s.Context(), s.plan.src, s, s.Meter())
}

func (s *flatMapStage[In, Out]) OnSubscribe(sub flow.Subscription) {
	if s.outer.Join(sub) {
		s.outer.Request(int64(s.plan.concurrency))
	}
}

// Cancel ends the stream in silence. The outer stream learns of it at once, as
// the inner ones do.
func (s *flatMapStage[In, Out]) Cancel() {
	s.Fanin.Cancel()
	s.outer.Cancel()
}

func (s *flatMapStage[In, Out]) OnNext(v In) { s.OnNextBatch(s.in.One(v)) }

// OnNextBatch subscribes to the inner streams of vs. Where f does not return,
// the stream ends.
func (s *flatMapStage[In, Out]) OnNextBatch(vs []In) {
	at, returned := 0, false
	defer func() {
		if !returned {
			s.failAt(vs[at+1:], s.Broken(recover()))
		}
	}()
	f, brake := s.plan.f, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 || s.outer.Over() || s.Over() {
			returned = true
			s.let(vs[i:], flow.Cancelled)
			return
		}
		at = i
		s.Consumed(1)
		pub := f(v)
		if pub == nil {
			returned = true
			s.failAt(vs[i+1:], s.UserError(stage.ErrNilPublisher))
			return
		}
		s.added = s.Add()
		stage.Subscribe(s.inner, stage.Adapt(pub), s.added, s.Meter())
		s.added = nil
	}
	returned = true
}

// failAt ends the stream with an error that arose in this stage, or the outer
// stream where errors are delayed.
func (s *flatMapStage[In, Out]) failAt(behind []In, err error) {
	s.let(behind, flow.Failed)
	if s.errs == nil || s.Over() {
		s.Stop(err)
		return
	}
	s.errs.Add(err)
	s.outer.Cancel()
	if s.added != nil {
		s.added.Leave()
	}
	s.Last()
}

func (s *flatMapStage[In, Out]) OnError(err error) {
	if s.outer.Fail(err, s.Outlet.Run()) {
		s.ended()
	}
}

func (s *flatMapStage[In, Out]) OnComplete() {
	if s.outer.Complete() {
		s.ended()
	}
}

// ended follows the end of the outer stream.
func (s *flatMapStage[In, Out]) ended() {
	if err := s.outer.Err(); err != nil {
		s.Stop(err)
		return
	}
	s.Last()
}

// Done asks for the next inner stream in the place of one that has ended.
func (s *flatMapStage[In, Out]) Done() {
	if !s.Over() {
		s.outer.Request(1)
	}
}

// Sever cancels the outer stream.
func (s *flatMapStage[In, Out]) Sever() { s.outer.Cancel() }

func (s *flatMapStage[In, Out]) let(vs []In, reason flow.Reason) {
	s.Lost(reason, int64(len(vs)))
	stage.Tell(s.release, vs, reason)
}
