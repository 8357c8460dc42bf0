package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// Sliding emits slices of size elements that follow one another, each of which
// begins step elements behind the one before: with a step less than size they
// overlap, with a larger one the elements between them are left out, and are
// let go of as [flow.Filtered].
//
//	source         --1--2--3--4--5--6--|
//	Sliding(3, 2)
//	result         --------[1 2 3]-[3 4 5]-[5 6]|
//
// Demand: size elements for the first slice that is demanded, and step for
// each further one. Nothing without demand.
//
// Buffer: at most size elements.
//
// Errors: passes upstream's on, and lets go of what it holds.
//
// Ends: completes when upstream has. Elements at the end that no slice has had
// are emitted in a shorter one, which needs demand. Panics if size or step is
// less than 1, or, where slices overlap, if elements are a [flow.Releaser] and
// not a [flow.Forker].
//
// A slice belongs to whoever receives it. Where slices overlap, an element is
// told by Fork in how many of them it is.
func Sliding[T any](src flow.Publisher[T], size, step int, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.Sliding: nil source")
	stage.Require(size > 0, "operators.Sliding: size %d, must be at least 1", size)
	stage.Require(step > 0, "operators.Sliding: step %d, must be at least 1", step)
	p := &slidingOp[T]{Blueprint: stage.NewBlueprint("sliding", src, opts), src: stage.Adapt(src), size: size, step: step}
	if step < size {
		p.fork = stage.Fork[T]("operators.Sliding")
	}
	p.Node().Capacity = int64(size)
	return p
}

type slidingOp[T any] struct {
	stage.Blueprint
	src        flow.Publisher[T]
	size, step int
	fork       func(T, int) // nil where elements are in one slice, or need not be told
}

func (p *slidingOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[[]T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &slidingStage[T]{plan: p}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type slidingStage[T any] struct {
	stage.Holder[T, []T]
	plan  *slidingOp[T]
	in    stage.One[T]
	out   [][]T // slices that are being handed on
	part  []T   // the slice that is being filled
	old   int   // how many of its elements were in the one before
	skip  int   // how many elements come before the next one
	guess int   // how long it may become
}

func (s *slidingStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *slidingStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	out := s.out[:0]
	for len(vs) > 0 {
		if n := min(s.skip, len(vs)); n > 0 {
			s.skip -= n
			s.Let(vs[:n], flow.Filtered)
			vs = vs[n:]
			continue
		}
		n := min(s.plan.size-len(s.part), len(vs))
		s.fill(vs[:n])
		vs = vs[n:]
		if len(s.part) == s.plan.size {
			out = append(out, s.next())
		}
	}
	s.count()
	s.hand(out)
	s.Refill()
}

// fill adds vs, which fit, to the present slice.
func (s *slidingStage[T]) fill(vs []T) {
	if s.part == nil {
		s.part = make([]T, 0, min(s.plan.size, max(s.guess, len(vs))))
	}
	if s.plan.fork != nil {
		s.share(vs)
	}
	s.part = append(s.part, vs...)
}

// share tells elements, which follow those that are held, in how many slices
// they are.
func (s *slidingStage[T]) share(vs []T) {
	for i, v := range vs {
		if n := s.slices(len(s.part) + i); n > 1 {
			s.plan.fork(v, n)
		}
	}
}

// slices returns in how many slices, from the present one on, its element i is.
func (s *slidingStage[T]) slices(i int) int { return i/s.plan.step + 1 }

// next returns the slice, which is full, and begins the one behind it.
func (s *slidingStage[T]) next() []T {
	full := s.part
	s.guess = len(full)
	s.part, s.old = nil, 0
	if s.plan.step >= s.plan.size {
		s.skip = s.plan.step - s.plan.size
		return full
	}
	s.part = append(make([]T, 0, s.plan.size), full[s.plan.step:]...)
	s.old = len(s.part)
	return full
}

// hand emits slices, for which there is demand.
func (s *slidingStage[T]) hand(out [][]T) {
	if len(out) > 0 {
		s.Lost(flow.Merged, int64(len(out)*(min(s.plan.step, s.plan.size)-1)))
		s.Emit(out)
		clear(out)
		s.out = out
	}
}

// Flush emits the rest at the end.
func (s *slidingStage[T]) Flush(n int) (emitted int, more bool) {
	switch {
	case !s.Over():
		return 0, false
	case s.Failed() || len(s.part) == s.old:
		s.drop(s.reason())
		return 0, false
	case n == 0:
		return 0, true
	}
	rest := s.part
	s.part = nil
	s.count()
	s.Lost(flow.Merged, int64(len(rest)-1))
	s.shares(rest, 1, flow.Merged)
	s.Emit([][]T{rest})
	return 1, false
}

// reason is why elements are let go at the end: where there is no error, all of
// them were in a slice.
func (s *slidingStage[T]) reason() flow.Reason {
	if s.Failed() {
		return flow.Failed
	}
	return flow.Merged
}

// Want has on its way what the demanded slices lack.
func (s *slidingStage[T]) Want(n int64) int64 {
	if n == 0 || n == flow.Unbounded {
		return n
	}
	return demand.Sum(int64(s.skip+s.plan.size-len(s.part)), demand.Mul(n-1, int64(s.plan.step)))
}

// count publishes how many elements are held.
func (s *slidingStage[T]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(s.part)))
	}
}

// drop lets go of what is held.
func (s *slidingStage[T]) drop(reason flow.Reason) {
	part := s.part
	s.part = nil
	s.count()
	s.Lost(reason, int64(len(part)))
	s.shares(part, 0, reason)
}

// shares lets go of those shares in part, the present slice, of which no slice
// will have any, where kept of them are not let go.
func (s *slidingStage[T]) shares(part []T, kept int, reason flow.Reason) {
	release := s.Releaser()
	if release == nil {
		return
	}
	for i, v := range part {
		n := 1
		if s.plan.fork != nil {
			n = s.slices(i)
		}
		for range n - kept {
			release(v, reason)
		}
	}
}

// Clear lets go of what is held.
func (s *slidingStage[T]) Clear(reason flow.Reason) { s.drop(reason) }
