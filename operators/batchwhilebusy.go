package operators

import (
	"context"
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// BatchWhileBusy emits the elements in slices of what has come while the reader
// was busy: a request takes all that is there, at most size elements, and if
// nothing is there, the next that comes, at once. So a reader that keeps up
// gets elements one by one, and a slow one gets larger slices the slower it
// is: what a sink needs that writes in bulk. Everything above it runs
// concurrently with everything below, as with [Async].
//
//	source            --1-2-3-4-5--------6-|
//	BatchWhileBusy(4)
//	result            --[1]-[2 3 4]-[5]--[6]|      with a slow reader
//
// Demand: size elements ahead, requested again when three quarters of them
// have been handed on. Nothing is lost: a source that listens to demand waits
// while size elements are held.
//
// Buffer: at most size elements.
//
// Errors: passes upstream's on, after the elements before it.
//
// Ends: completes when upstream has and nothing is held. Panics if size is less
// than 1.
//
// A slice belongs to whoever receives it. To wait for slices that are full, use
// [Batch]; to merge what has come into one element, [Conflate].
func BatchWhileBusy[T any](src flow.Publisher[T], size int, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.BatchWhileBusy: nil source")
	stage.Require(size > 0, "operators.BatchWhileBusy: size %d, must be at least 1", size)
	p := &gatherOp[T]{stage.NewBlueprint("batchwhilebusy", src, opts), stage.Adapt(src), size}
	p.Node().Capacity, p.Node().Boundary = int64(size), true
	return p
}

type gatherOp[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	size int
}

func (p *gatherOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[[]T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &gatherStage[T]{size: p.size, release: flow.ReleaseFunc[T]()}
	s.Connect(ctx, p.Node(), down)
	s.Bind(ctx, s)
	s.Accept(s)
	s.Start()
	upstream := scheduler.Fork(ctx)
	in := &gatherInlet[T]{stage: s}
	if s.Meter() != nil {
		in.feeder = scheduler.NewFeeder(upstream, s.Meter())
	}
	p.src.Subscribe(upstream, in)
}

// gatherStage is a head on the downstream island.
type gatherStage[T any] struct {
	stage.Core[[]T]
	up      stage.Upstream
	size    int
	asked   int64 // requested upstream and not yet handed on
	release func(T, flow.Reason)
	out     stage.One[[]T]

	mu    sync.Mutex
	held  []T
	guess int  // how many that may become
	cut   bool // the stage has ended: nothing is taken any more
}

// Cancel ends the stream in silence.
func (s *gatherStage[T]) Cancel() {
	s.up.Cancel()
	s.Core.Cancel()
}

// Run does one pass: see [scheduler.Head].
func (s *gatherStage[T]) Run(int) (emitted int, again bool) {
	if s.Interrupted() {
		return 0, false
	}
	ended := s.up.Ended() // before the elements: what came before the end is seen
	if s.Demand() > 0 {
		emitted = s.hand(s.take())
		if s.Interrupted() {
			return emitted, false
		}
	}
	held := s.holds()
	if m := s.Meter(); m != nil {
		m.Buffered(int64(held))
	}
	if ended && held == 0 {
		s.End(s.up.Err())
		return emitted, false
	}
	s.ask()
	return emitted, held > 0 && s.Demand() > 0
}

// hand emits what was held.
func (s *gatherStage[T]) hand(vs []T) (emitted int) {
	if len(vs) == 0 {
		return 0
	}
	s.asked -= int64(len(vs))
	s.ask() // what comes while the reader is busy
	s.Lost(flow.Merged, int64(len(vs)-1))
	out := s.out.One(vs)
	s.Emit(out)
	clear(out)
	return 1
}

// ask requests what is missing, when that is a good part of the size.
func (s *gatherStage[T]) ask() {
	if want := int64(s.size) - s.asked; s.up.Joined() && want >= max(1, int64(s.size)*3/4) {
		s.asked += want
		s.up.Request(want)
	}
}

// take removes all that is held.
func (s *gatherStage[T]) take() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	vs := s.held
	s.held = nil
	if len(vs) > 0 {
		s.guess = len(vs)
	}
	return vs
}

func (s *gatherStage[T]) holds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held)
}

// put adds vs to what is held, unless the stage has ended.
func (s *gatherStage[T]) put(vs []T) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cut {
		return false
	}
	if s.held == nil {
		s.held = make([]T, 0, min(s.size, max(s.guess, len(vs))))
	}
	s.held = append(s.held, vs...)
	return true
}

// Abandon cancels upstream and lets go of what is held.
func (s *gatherStage[T]) Abandon(reason flow.Reason) {
	s.up.Cancel()
	s.mu.Lock()
	s.cut = true
	vs := s.held
	s.held = nil
	s.mu.Unlock()
	s.let(vs, reason)
}

func (s *gatherStage[T]) let(vs []T, reason flow.Reason) {
	s.Lost(reason, int64(len(vs)))
	stage.Tell(s.release, vs, reason)
}

// gatherInlet is the upstream side.
type gatherInlet[T any] struct {
	stage.Inner
	stage  *gatherStage[T]
	feeder *scheduler.Meter // counts on the upstream island
	in     stage.One[T]
}

func (i *gatherInlet[T]) OnSubscribe(sub flow.Subscription) {
	if i.stage.up.Join(sub) {
		i.stage.Ready() // to ask for elements
	}
}

func (i *gatherInlet[T]) OnNext(v T) { i.OnNextBatch(i.in.One(v)) }

func (i *gatherInlet[T]) OnNextBatch(vs []T) {
	s := i.stage
	if i.feeder != nil {
		i.feeder.Received(int64(len(vs)))
	}
	if s.up.Over() || !s.put(vs) {
		s.let(vs, s.up.Reason())
		return
	}
	s.Ready()
}

func (i *gatherInlet[T]) OnError(err error) {
	i.Quit()
	if i.stage.up.Fail(err, i.stage.Outlet.Run()) {
		i.stage.Ready()
	}
}

func (i *gatherInlet[T]) OnComplete() {
	i.Quit()
	if i.stage.up.Complete() {
		i.stage.Ready()
	}
}

// Quit counts the last elements.
func (i *gatherInlet[T]) Quit() {
	if i.feeder != nil {
		i.feeder.End()
	}
}
