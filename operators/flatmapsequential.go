package operators

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// FlatMapSequential emits the elements of the streams f(v) in the order of their
// elements v: all of the first one, then all of the second one, and so on. At
// most concurrency of the streams are at work at once, ahead of their turn. They
// run on one island, that of FlatMapSequential: put an [Async] into f where they
// are to run in parallel.
//
//	source         --a--b-----------|
//	f(a)             -1-----2-|
//	f(b)                -3-4-|
//	FlatMapSequential(2, f)
//	result         ---1-----2-3-4---|
//
// Demand: requests concurrency elements at once, and one more for each inner
// stream that has completed and been handed on. Requests as many elements of
// each inner stream as may be held, see [WithPrefetch], and again what has been
// handed on when that is three quarters of it.
//
// Buffer: at most 32 elements for each inner stream, or as [WithPrefetch] says,
// while there is no demand or it is not their turn.
//
// Errors: an error of an inner stream cancels upstream and the inner streams
// behind it, and is passed on after the elements before it, those of the streams
// before it among them. So is an error of upstream, a panic in f as a
// [flow.PanicError], and a nil result as a [flow.StageError]. With
// [WithDelayErrors] the streams behind one that has failed go on.
//
// Ends: completes when upstream and all inner streams have. Panics if
// concurrency is less than 1.
func FlatMapSequential[In, Out any](src flow.Publisher[In], concurrency int, f func(In) flow.Publisher[Out], opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.FlatMapSequential: nil source")
	stage.Require(concurrency > 0, "operators.FlatMapSequential: concurrency %d, must be at least 1", concurrency)
	stage.Require(f != nil, "operators.FlatMapSequential: nil function")
	prefetch := prefetchOf(opts)
	p := &sequentialOp[In, Out]{stage.NewBlueprint("flatmapsequential", src, opts), stage.Adapt(src), f, concurrency, prefetch, stage.Configure(opts).DelayErrors}
	p.Node().Capacity = int64(concurrency) * prefetch
	p.Node().Dynamic = true
	return p
}

type sequentialOp[In, Out any] struct {
	stage.Blueprint
	src         flow.Publisher[In]
	f           func(In) flow.Publisher[Out]
	concurrency int
	prefetch    int64
	delayErrors bool
}

func (p *sequentialOp[In, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &sequentialStage[In, Out]{plan: p}
	s.outer = sequentialOuter[In, Out]{stage: s, release: flow.ReleaseFunc[In]()}
	if p.delayErrors {
		s.keep = &s.errs
		s.outer.Keep(s.keep)
	}
	s.Begin(ctx, p.Node(), down, s)
}

// sequentialStage is the head that hears of the outer stream and of the inner
// ones.
type sequentialStage[In, Out any] struct {
	stage.Junction[Out]
	plan  *sequentialOp[In, Out]
	outer sequentialOuter[In, Out]
	inner context.Context
	mu    sync.Mutex // of the list, where Cancel finds the inner streams
	line  []*stage.Port[Out]

	broken bool          // f has not returned, or nil: no further stream comes
	errs   stage.Errors  // its error, and those that are delayed
	keep   *stage.Errors // errs, where errors are delayed
}

// Open subscribes to the outer stream.
func (s *sequentialStage[In, Out]) Open() {
	s.inner = scheduler.Inner(s.Context(), s.Node())
	stage.Subscribe(s.Context(), s.plan.src, &s.outer, s.Meter())
}

// Cancel leaves all streams at once.
func (s *sequentialStage[In, Out]) Cancel() {
	s.Junction.Cancel()
	s.outer.Cancel()
	s.mu.Lock()
	all := append([]*stage.Port[Out](nil), s.line...)
	s.mu.Unlock()
	for _, p := range all {
		p.Cancel()
	}
}

// Abandon leaves all streams and lets go of what is held.
func (s *sequentialStage[In, Out]) Abandon(reason flow.Reason) {
	s.outer.Cancel()
	s.cut(0, reason)
	s.errs.Report(s.Context(), s.Outlet.Run())
}

// cut leaves the inner streams from the i-th on.
func (s *sequentialStage[In, Out]) cut(i int, reason flow.Reason) {
	s.mu.Lock()
	rest := append([]*stage.Port[Out](nil), s.line[i:]...)
	clear(s.line[i:])
	s.line = s.line[:i]
	s.mu.Unlock()
	for _, p := range rest {
		p.Drop(reason)
	}
}

// Held returns how many elements wait.
func (s *sequentialStage[In, Out]) Held() (n int) {
	for _, p := range s.line {
		n += p.Held()
	}
	return n
}

// Flush emits what the first stream holds, and goes on to the next when that
// has completed.
func (s *sequentialStage[In, Out]) Flush(n int) (emitted int, next stage.Progress, err error) {
	for len(s.line) > 0 {
		p := s.line[0]
		if k := min(p.Held(), n-emitted); k > 0 {
			vs := p.Take(k)
			emitted += k
			s.Emit(vs)
			p.Tidy(vs)
			if s.Over() {
				return emitted, stage.Wait, nil
			}
		}
		switch {
		case p.Held() > 0:
			return emitted, stage.More, nil
		case !p.Ended():
			return emitted, stage.Wait, nil
		case p.Err() != nil:
			return emitted, stage.Last, p.Err()
		}
		s.shift()
		if !s.outer.Over() {
			s.outer.Request(1)
		}
	}
	if !s.broken && !s.outer.Ended() {
		return emitted, stage.Wait, nil
	}
	if err = s.outer.Err(); err == nil {
		err = s.errs.Take()
	}
	return emitted, stage.Last, err
}

// shift takes the first stream out.
func (s *sequentialStage[In, Out]) shift() {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := copy(s.line, s.line[1:])
	clear(s.line[n:])
	s.line = s.line[:n]
}

// Ask keeps the inner streams at work. Where one has failed, those behind it are
// not wanted any more.
func (s *sequentialStage[In, Out]) Ask() {
	for i, p := range s.line {
		if p.Err() != nil {
			s.outer.Cancel()
			s.cut(i+1, flow.Failed)
			return
		}
		p.Ahead(s.plan.prefetch)
	}
}

// add subscribes to a further inner stream.
func (s *sequentialStage[In, Out]) add(pub flow.Publisher[Out]) {
	p := new(stage.Port[Out])
	p.Init(s, 0)
	p.Keep(s.keep)
	subscribed := false
	defer func() {
		if !subscribed {
			p.Leave()
		}
	}()
	s.mu.Lock()
	s.line = append(s.line, p)
	s.mu.Unlock()
	if s.Stopped() {
		p.Cancel() // Cancel may have come before it was in the list
	}
	stage.Subscribe(s.inner, stage.Adapt(pub), p, s.Meter())
	subscribed = true
}

// fail ends the stream with an error that arose in this stage, after the inner
// streams that there are.
func (s *sequentialStage[In, Out]) fail(err error) {
	if s.Over() || s.broken {
		s.Outlet.Run().Undeliverable(err)
		return
	}
	s.broken = true
	s.errs.Add(err)
	s.outer.Cancel()
	s.Ready()
}

// sequentialOuter receives the elements of the outer stream.
type sequentialOuter[In, Out any] struct {
	stage.Inner
	stage.Upstream
	stage   *sequentialStage[In, Out]
	release func(In, flow.Reason)
	in      stage.One[In]
}

func (o *sequentialOuter[In, Out]) OnSubscribe(sub flow.Subscription) {
	if o.Join(sub) {
		o.Request(int64(o.stage.plan.concurrency))
	}
}

func (o *sequentialOuter[In, Out]) OnNext(v In) { o.OnNextBatch(o.in.One(v)) }

// OnNextBatch subscribes to the inner streams of vs. Where f does not return,
// the stream ends.
func (o *sequentialOuter[In, Out]) OnNextBatch(vs []In) {
	s, at, returned := o.stage, 0, false
	defer func() {
		if !returned {
			err := s.Broken(recover())
			o.let(vs[at+1:], flow.Failed)
			s.fail(err)
		}
	}()
	f, brake := s.plan.f, s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 || o.Over() || s.Over() {
			returned = true
			o.let(vs[i:], o.Reason())
			return
		}
		at = i
		s.Consumed(1)
		pub := f(v)
		if pub == nil {
			returned = true
			o.let(vs[i+1:], flow.Failed)
			s.fail(s.UserError(stage.ErrNilPublisher))
			return
		}
		s.add(pub)
	}
	returned = true
}

func (o *sequentialOuter[In, Out]) OnError(err error) {
	if o.Fail(err, o.stage.Outlet.Run()) {
		o.stage.Ready()
	}
}

func (o *sequentialOuter[In, Out]) OnComplete() {
	if o.Complete() {
		o.stage.Ready()
	}
}

func (o *sequentialOuter[In, Out]) let(vs []In, reason flow.Reason) {
	o.stage.Lost(reason, int64(len(vs)))
	stage.Tell(o.release, vs, reason)
}
