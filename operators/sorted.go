package operators

import (
	"context"
	"fmt"
	"slices"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Sorted emits the elements in the order of compare, when upstream has
// completed. Equal elements keep their order. compare is that of the package
// slices; it only looks. A stream of more than limit elements is an error.
//
//	source         --3--1--2--|
//	Sorted(10, compare)
//	result         -----------1--2--3--|
//
// Demand: unbounded, from the first request on. compare is called when upstream
// has completed and an element is demanded.
//
// Buffer: all elements, at most limit. Its memory grows with them.
//
// Errors: passes upstream's on, and lets go of what it holds. Element limit+1
// cancels upstream and ends the stream with an error that wraps
// [flow.ErrLimitExceeded], a panic in compare with a [flow.PanicError]; nothing
// is emitted then.
//
// Ends: completes when upstream has, after what it holds. Panics if limit is
// less than 1.
func Sorted[T any](src flow.Publisher[T], limit int, compare func(a, b T) int, opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Sorted: nil source")
	stage.Require(limit > 0, "operators.Sorted: limit %d, must be at least 1", limit)
	stage.Require(compare != nil, "operators.Sorted: nil function")
	p := &sortedOp[T]{stage.NewBlueprint("sorted", src, opts), stage.Adapt(src), limit, compare}
	p.Node().Capacity = int64(limit)
	return p
}

type sortedOp[T any] struct {
	stage.Blueprint
	src     flow.Publisher[T]
	limit   int
	compare func(a, b T) int
}

func (p *sortedOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &sortedStage[T]{plan: p}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type sortedStage[T any] struct {
	stage.Holder[T, T]
	plan   *sortedOp[T]
	held   []T
	sorted bool
	in     stage.One[T]
}

// Transparent implements [stage.Transparent].
func (*sortedStage[T]) Transparent() {}

func (s *sortedStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *sortedStage[T]) OnNextBatch(vs []T) {
	switch {
	case !s.Received(len(vs)):
		s.Let(vs, flow.Cancelled)
		return
	case len(vs) > s.plan.limit-len(s.held):
		err := fmt.Errorf("%w: more than %d elements", flow.ErrLimitExceeded, s.plan.limit)
		s.fail(vs, &flow.StageError{Stage: s.Name(), Err: err})
		return
	}
	s.held = append(s.held, vs...)
	s.count()
}

// fail lets go of everything and ends the stream.
func (s *sortedStage[T]) fail(vs []T, err error) {
	s.Let(vs, flow.Failed)
	s.StopWith(err)
}

// Flush sorts when upstream has completed, and emits what is held.
func (s *sortedStage[T]) Flush(n int) (emitted int, more bool) {
	switch {
	case s.Failed():
		s.Clear(flow.Failed)
		return 0, false
	case !s.Completed() || len(s.held) == 0:
		return 0, false
	case n == 0:
		return 0, true
	case !s.sorted && !s.sort():
		return 0, true // what kept it from sorting is seen next
	}
	vs := s.held[:min(n, len(s.held))]
	s.held = s.held[len(vs):]
	s.count()
	s.Emit(vs)
	clear(vs)
	return len(vs), len(s.held) > 0
}

// sort reports whether what is held has been sorted. Where compare does not
// return, the stream fails. No call of it begins when the subscriber has left:
// the order then is of no use.
func (s *sortedStage[T]) sort() bool {
	returned := false
	defer func() {
		if !returned {
			s.fail(nil, s.Broken(recover()))
		}
	}()
	slices.SortStableFunc(s.held, func(a, b T) int {
		if s.Stopped() {
			return 0
		}
		return s.plan.compare(a, b)
	})
	returned = true
	s.sorted = !s.Stopped()
	return s.sorted
}

// count publishes how many elements are held.
func (s *sortedStage[T]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(s.held)))
	}
}

// Want asks for everything as soon as anything is asked for.
func (s *sortedStage[T]) Want(demand int64) int64 {
	if demand == 0 {
		return 0
	}
	return flow.Unbounded
}

// Clear lets go of what is held.
func (s *sortedStage[T]) Clear(reason flow.Reason) {
	held := s.held
	s.held = nil
	s.Let(held, reason)
	s.count()
}
