package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// MergeSorted emits the elements of sources that are sorted, each in the order
// of compare, in that order. Of equal elements, those of the source come first
// that stands first. compare is that of the package slices; it only looks.
// Elements of a source that is not sorted keep their order.
//
//	a              --1-----4--|
//	b              ----2-3------5--|
//	MergeSorted(16, compare, a, b)
//	result         ----1-2-3----45-|
//
// Demand: requests capacity elements of each source at once, and again what has
// been handed on when that is three quarters of it.
//
// Buffer: at most capacity elements of each source: there must be one of each,
// before it is known which comes first.
//
// Errors: the first error of a source cancels the others and is passed on
// after the elements whose turn had come. A panic in compare ends the stream
// with a [flow.PanicError], after the elements before it.
//
// Ends: completes when all sources have and everything is handed on; at once if
// there is no source. Panics if capacity is less than 1.
func MergeSorted[T any](capacity int, compare func(a, b T) int, srcs ...flow.Publisher[T]) flow.Publisher[T] {
	stage.Require(capacity > 0, "operators.MergeSorted: capacity %d, must be at least 1", capacity)
	stage.Require(compare != nil, "operators.MergeSorted: nil function")
	p := &mergeSortedOp[T]{Blueprint: stage.NewBlueprint("mergesorted", nil, nil), capacity: capacity, compare: compare}
	p.srcs = sourcesOf("operators.MergeSorted", p.Node(), srcs)
	p.Node().Capacity = int64(capacity) * int64(len(srcs))
	return p
}

type mergeSortedOp[T any] struct {
	stage.Blueprint
	capacity int
	compare  func(a, b T) int
	srcs     []flow.Publisher[T]
}

func (p *mergeSortedOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &mergeSortedStage[T]{plan: p}
	s.join(p.srcs)
	s.Begin(ctx, p.Node(), down, s)
}

type mergeSortedStage[T any] struct {
	portsStage[T, T]
	plan *mergeSortedOp[T]
	out  stage.Scratch[T]
}

// Flush emits the least elements, as long as there is one of each source.
func (s *mergeSortedStage[T]) Flush(n int) (emitted int, next stage.Progress, err error) {
	if s.ready() && n > 0 {
		out := s.out.Get(min(n, s.Held()))
		emitted = s.pick(out)
		s.Emit(out[:emitted])
		s.out.Put(out)
	}
	switch {
	case s.Over():
		return emitted, stage.Wait, nil
	case s.ready() && s.Held() > 0:
		return emitted, stage.More, nil
	}
	spent := 0
	for i := range s.ports {
		switch p := &s.ports[i]; {
		case p.Err() != nil:
			return emitted, stage.Last, p.Err()
		case p.Spent():
			spent++
		}
	}
	if spent == len(s.ports) {
		return emitted, stage.Last, nil
	}
	return emitted, stage.Wait, nil
}

// ready reports whether it is known which element comes next: each source has
// one here, or has completed.
func (s *mergeSortedStage[T]) ready() bool {
	for i := range s.ports {
		if p := &s.ports[i]; p.Held() == 0 && (!p.Ended() || p.Err() != nil) {
			return false
		}
	}
	return true
}

// pick fills out with the least elements and returns how many it holds. Where
// compare does not return, it hands on what came before and ends the stream.
func (s *mergeSortedStage[T]) pick(out []T) (n int) {
	returned := false
	defer func() {
		if !returned {
			s.Break(out[:n], recover())
			n = 0 // they have been handed on
		}
	}()
	for brake := s.Brake(); n < len(out) && s.ready() && atomic.LoadUint32(brake) == 0; n++ {
		least := -1
		for i := range s.ports {
			if s.ports[i].Held() > 0 && (least < 0 || s.plan.compare(s.front(i), s.front(least)) < 0) {
				least = i
			}
		}
		v := s.ports[least].Take(1)
		out[n] = v[0]
		s.ports[least].Tidy(v)
	}
	returned = true
	return n
}

func (s *mergeSortedStage[T]) front(i int) T { return s.ports[i].Front(1)[0] }

// Ask keeps elements of each source ready.
func (s *mergeSortedStage[T]) Ask() {
	for i := range s.ports {
		s.ports[i].Ahead(int64(s.plan.capacity))
	}
}
