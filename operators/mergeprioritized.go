package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// MergePrioritized emits the elements of all sources as they come, as [Merge]
// does. Where elements of several sources wait, it takes them in the proportion
// of the weights of those sources, spread evenly; none that has elements is left
// out for ever. Elements of one source keep their order. A weight that is very
// large makes a source come first whenever it has an element.
//
//	a              --1234----|
//	b              --xyz-----|
//	MergePrioritized(16, [2 1], a, b)
//	result         --1x23y4z-|
//
// Demand: requests capacity elements of each source at once, and again what has
// been handed on when that is three quarters of it.
//
// Buffer: at most capacity elements for each source, while there is no demand.
// The larger it is, the more there is to choose from.
//
// Errors: the first error of a source cancels the others and is passed on after
// the elements before it.
//
// Ends: completes when all sources have; at once if there is none. Panics if
// capacity or a weight is less than 1, or if there is not one weight for each
// source.
func MergePrioritized[T any](capacity int, weights []int, srcs ...flow.Publisher[T]) flow.Publisher[T] {
	stage.Require(capacity > 0, "operators.MergePrioritized: capacity %d, must be at least 1", capacity)
	stage.Require(len(weights) == len(srcs), "operators.MergePrioritized: %d weights for %d sources", len(weights), len(srcs))
	p := &mergePrioritizedOp[T]{Blueprint: stage.NewBlueprint("mergeprioritized", nil, nil), capacity: capacity}
	for i, w := range weights {
		stage.Require(w > 0, "operators.MergePrioritized: weight %d of source %d, must be at least 1", w, i)
		p.weights = append(p.weights, min(int64(w), mostWeight))
	}
	p.srcs = sourcesOf("operators.MergePrioritized", p.Node(), srcs)
	p.Node().Capacity = int64(capacity) * int64(len(srcs))
	return p
}

// mostWeight is the largest weight that is told from larger ones, so that sums
// of weights do not overflow.
const mostWeight = 1 << 40

type mergePrioritizedOp[T any] struct {
	stage.Blueprint
	capacity int
	weights  []int64
	srcs     []flow.Publisher[T]
}

func (p *mergePrioritizedOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &mergePrioritizedStage[T]{plan: p, credit: make([]int64, len(p.srcs))}
	s.join(p.srcs)
	s.Begin(ctx, p.Node(), down, s)
}

type mergePrioritizedStage[T any] struct {
	portsStage[T, T]
	plan   *mergePrioritizedOp[T]
	credit []int64 // how far each source is behind its share
	out    stage.Scratch[T]
	dry    bool  // a source has become empty: it comes first, one pass long
	failed error // of the first source that has, when the others were left
}

// Flush emits what is held.
func (s *mergePrioritizedStage[T]) Flush(n int) (emitted int, next stage.Progress, err error) {
	s.look()
	dry := s.dry && s.Held() > 0
	if s.dry = false; dry {
		return 0, stage.More, nil
	}
	if n = min(n, s.Held()); n > 0 {
		emitted = s.emit(n)
	}
	if s.Over() {
		return emitted, stage.Wait, nil
	}
	switch {
	case s.Held() > 0:
		return emitted, stage.More, nil
	case s.failed != nil || s.spent():
		return emitted, stage.Last, s.failed
	}
	return emitted, stage.Wait, nil
}

// look leaves the other sources when one has failed. What is held stays.
func (s *mergePrioritizedStage[T]) look() {
	for i := range s.ports {
		if s.failed == nil {
			s.failed = s.ports[i].Err()
		}
	}
	if s.failed != nil {
		for i := range s.ports {
			s.ports[i].Cancel()
		}
	}
}

// spent reports whether nothing comes any more.
func (s *mergePrioritizedStage[T]) spent() bool {
	for i := range s.ports {
		if !s.ports[i].Spent() {
			return false
		}
	}
	return true
}

// emit emits at most n elements, of which there are as many, and returns how
// many: all of one source that is alone to have some, or some of each. It stops
// when a source has no more, which is asked and has a pass before the next
// element is taken: what is always there is taken in its proportion, and not only
// what came together.
func (s *mergePrioritizedStage[T]) emit(n int) int {
	if at, alone := s.next(); alone {
		p := &s.ports[at]
		vs := p.Take(n)
		s.Emit(vs)
		p.Tidy(vs)
		return len(vs)
	}
	out := s.out.Get(n)
	for k := range out {
		at, _ := s.next()
		s.charge(at)
		p := &s.ports[at]
		v := p.Take(1)
		out[k] = v[0]
		p.Tidy(v)
		if p.Held() == 0 {
			n, s.dry = k+1, true
			break
		}
	}
	s.Emit(out[:n])
	s.out.Put(out)
	return n
}

// next returns which of the sources that have elements comes next: the one that
// would be furthest behind its share. The first of equals comes first. alone
// says that it is the only one.
func (s *mergePrioritizedStage[T]) next() (at int, alone bool) {
	at, some := -1, 0
	for i := range s.ports {
		if s.ports[i].Held() == 0 {
			continue
		}
		some++
		if at < 0 || s.credit[i]+s.plan.weights[i] > s.credit[at]+s.plan.weights[at] {
			at = i
		}
	}
	return at, some == 1
}

// charge gives each source that has elements its share of one element, and
// takes the element from the share of the source at.
func (s *mergePrioritizedStage[T]) charge(at int) {
	for i := range s.ports {
		if s.ports[i].Held() > 0 {
			s.credit[i] += s.plan.weights[i]
			s.credit[at] -= s.plan.weights[i]
		}
	}
}

// Ask keeps elements of each source ready.
func (s *mergePrioritizedStage[T]) Ask() {
	for i := range s.ports {
		s.ports[i].Ahead(int64(s.plan.capacity))
	}
}
