package operators

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"

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
// [Batch]; to merge what has come into one element, [Conflate]; for elements of
// different weights, [BatchWeightedWhileBusy].
func BatchWhileBusy[T any](src flow.Publisher[T], size int, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.BatchWhileBusy: nil source")
	stage.Require(size > 0, "operators.BatchWhileBusy: size %d, must be at least 1", size)
	p := &gatherOp[T]{stage.NewBlueprint("batchwhilebusy", src, opts), stage.Adapt(src), int64(size), nil}
	p.Node().Capacity, p.Node().Boundary = int64(size), true
	return p
}

type gatherOp[T any] struct {
	stage.Blueprint
	src    flow.Publisher[T]
	limit  int64         // of the weights in a slice
	weight func(T) int64 // nil: each weighs 1
}

func (p *gatherOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[[]T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &gatherStage[T]{limit: p.limit, weight: p.weight, release: flow.ReleaseFunc[T]()}
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
	limit   int64
	weight  func(T) int64
	halted  atomic.Bool // the context has ended: weight is not called any more
	asked   int64       // requested upstream and not yet handed on, where each weighs 1
	release func(T, flow.Reason)
	out     stage.One[[]T]

	mu    sync.Mutex
	held  []T
	load  load[T] // where there are weights
	err   error   // of weight
	guess int     // how many held may become
	cut   bool    // the stage has ended: nothing is taken any more
}

// load is what a stage with weights knows of those that it holds.
type load[T any] struct {
	sum   int64 // of what is held
	extra []T   // one that was too heavy to be added to that
	heavy int64 // its weight
	owed  bool  // one is on its way
}

// Halt stops the calls of weight, and of user functions below: the context has
// ended.
func (s *gatherStage[T]) Halt() {
	s.halted.Store(true)
	s.Outlet.Halt()
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
	ended, err := s.ended() // before the elements: what came before the end is seen
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
		s.End(err)
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

// ask requests what is missing, when that is a good part of the limit.
func (s *gatherStage[T]) ask() {
	if s.weight != nil {
		s.askOne()
		return
	}
	if want := s.limit - s.asked; s.up.Joined() && want >= max(1, s.limit*3/4) {
		s.asked += want
		s.up.Request(want)
	}
}

// askOne requests the next element, if there is room for one of the least
// weight and none is on its way. Both islands do that.
func (s *gatherStage[T]) askOne() {
	if !s.up.Joined() {
		return
	}
	s.mu.Lock()
	room := !s.load.owed && len(s.load.extra) == 0 && s.load.sum < s.limit
	s.load.owed = s.load.owed || room
	s.mu.Unlock()
	if room {
		s.up.Request(1)
	}
}

// take removes all that makes a slice.
func (s *gatherStage[T]) take() []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	vs := s.held
	s.held, s.load.sum, s.load.extra = s.load.extra, s.load.heavy, nil
	s.load.heavy = 0
	if len(vs) > 0 {
		s.guess = len(vs)
	}
	return vs
}

func (s *gatherStage[T]) holds() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.held) + len(s.load.extra)
}

// ended reports whether nothing more comes, and with which error.
func (s *gatherStage[T]) ended() (ended bool, err error) {
	s.mu.Lock()
	err = s.err
	s.mu.Unlock()
	if err != nil {
		return true, err
	}
	if !s.up.Ended() {
		return false, nil
	}
	return true, s.up.Err()
}

// put adds vs to what is held, unless the stage has ended. Where there are
// weights it is one element, of weight w.
func (s *gatherStage[T]) put(vs []T, w int64) (ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.cut {
		return false
	}
	s.load.owed = false
	if s.weight != nil && len(s.held) > 0 && w > s.limit-s.load.sum {
		s.load.extra, s.load.heavy = []T{vs[0]}, w
		return true
	}
	if s.held == nil {
		s.held = make([]T, 0, min(s.limit, int64(max(s.guess, len(vs)))))
	}
	s.held = append(s.held, vs...)
	s.load.sum += w
	return true
}

// Abandon cancels upstream and lets go of what is held.
func (s *gatherStage[T]) Abandon(reason flow.Reason) {
	s.up.Cancel()
	s.mu.Lock()
	s.cut = true
	vs := slices.Concat(s.held, s.load.extra)
	s.held, s.load = nil, load[T]{}
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
	if s.up.Over() || s.halted.Load() {
		s.let(vs, s.up.Reason())
		return
	}
	w := int64(0)
	if s.weight != nil {
		var ok bool
		if w, ok = i.weigh(vs); !ok {
			return
		}
	}
	if !s.put(vs, w) {
		s.let(vs, s.up.Reason())
		return
	}
	if s.weight != nil {
		s.askOne()
	}
	s.Ready()
}

// weigh returns the weight of the only element of vs. Where that is none, the
// stream ends, after what is held, and the element is let go of.
func (i *gatherInlet[T]) weigh(vs []T) (w int64, ok bool) {
	s := i.stage
	given, returned := int64(0), false
	defer func() {
		switch {
		case !returned:
			i.fail(vs, s.Broken(recover()))
		case !ok:
			i.fail(vs, s.UserError(negativeWeight(given)))
		}
	}()
	given = s.weight(vs[0])
	returned = true
	return max(1, given), given >= 0
}

func (i *gatherInlet[T]) fail(vs []T, err error) {
	s := i.stage
	s.let(vs, flow.Failed)
	s.mu.Lock()
	s.err = err
	s.mu.Unlock()
	s.up.Cancel()
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
