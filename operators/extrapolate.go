package operators

import (
	"context"
	"errors"
	"iter"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Extrapolate emits the elements of src, and what the iterator f(v) of the
// newest of them yields whenever the reader asks and src has no other: so that a
// reader with a beat of its own always has something to work on.
//
//	source                   -1-------2---3-|
//	Extrapolate(v+0.1, v+0.2, ...)
//	result                   -1--1.1--2---3-|      the reader has asked for four
//
// f is called when the first element after v is demanded. When src emits the
// next one, the iterator is stopped: its yield returns false. One that returns by
// itself leaves the reader to wait for src. The iterator's loop runs on the
// island of the stream and is suspended while nothing is demanded; one that
// waits on the outside holds up its island.
//
// To have something before the first element, put [StartWith] above.
//
// Demand: one element is asked for from the first request on, and another when
// that has been handed on, demanded or not; all if all are demanded. Then an
// iterator without an end keeps its island busy as long as src does not
// complete. Those above have their turn after each pass, but it wants a reader
// that asks for as many as it can use.
//
// Buffer: one element of src, while there is no demand for it. A copy of the
// newest that was emitted is kept until f has it.
//
// Errors: passes upstream's on, after the element that waits. A panic in f or in
// its iterator, or a nil iterator, ends the stream with a [flow.PanicError].
//
// Ends: completes when upstream does, after the element that waits. Panics if
// elements are a [flow.Releaser] and not a [flow.Forker]: each of them goes
// downstream, and to f.
func Extrapolate[T any](src flow.Publisher[T], f func(v T) iter.Seq[T], opts ...Option) flow.Publisher[T] {
	stage.Require(src != nil, "operators.Extrapolate: nil source")
	stage.Require(f != nil, "operators.Extrapolate: nil function")
	p := &extrapolateOp[T]{stage.NewBlueprint("extrapolate", src, opts), stage.Adapt(src), f, stage.Fork[T]("operators.Extrapolate")}
	p.Node().Capacity = 1
	return p
}

type extrapolateOp[T any] struct {
	stage.Blueprint
	src  flow.Publisher[T]
	f    func(T) iter.Seq[T]
	fork func(T, int) // nil where elements need not be told
}

func (p *extrapolateOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &extrapolateStage[T]{plan: p}
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// extrapolateStage has either a copy of the newest element, or the iterator that
// was made of it, or neither: before the first element, when the iterator has
// returned, and while an element waits.
type extrapolateStage[T any] struct {
	stage.Holder[T, T]
	plan *extrapolateOp[T]
	held []T // elements for which there is no demand
	kept [1]T
	full bool // kept is an element
	next func() (T, bool)
	stop func()
	in   stage.One[T]
	out  stage.One[T]
}

func (s *extrapolateStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

// OnNextBatch emits what is demanded. Upstream is asked for more first, so that
// it has its turn before an iterator.
func (s *extrapolateStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	if !s.replace(vs) {
		return
	}
	k := 0
	if len(s.held) == 0 {
		k = s.Allowed(len(vs))
	}
	if k < len(vs) {
		s.held = append(s.held, vs[k:]...)
		s.count()
	}
	s.Refill()
	s.hand(vs[:k])
}

// hand emits vs, for which there is demand, and keeps a copy of the last one
// unless others wait behind it.
func (s *extrapolateStage[T]) hand(vs []T) {
	if len(vs) == 0 {
		return
	}
	if len(s.held) == 0 && !s.Over() {
		s.kept[0], s.full = vs[len(vs)-1], true
		if s.plan.fork != nil {
			s.plan.fork(s.kept[0], 2)
		}
		if s.Demand() > int64(len(vs)) {
			s.Ready()
		}
	}
	s.Emit(vs)
}

func (s *extrapolateStage[T]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(s.held)))
	}
}

// Flush emits what is held, or else what the iterator yields.
func (s *extrapolateStage[T]) Flush(n int) (emitted int, more bool) {
	if len(s.held) > 0 {
		emitted = s.flush(n)
		return emitted, len(s.held) > 0 || s.extrapolates()
	}
	s.Refill()
	for emitted < n && s.extrapolates() && !s.Stopped() {
		if v, ok := s.step(); ok {
			s.give(v)
			emitted++
		}
	}
	return emitted, s.extrapolates()
}

// flush emits what is held.
func (s *extrapolateStage[T]) flush(n int) int {
	vs := s.held[:min(n, len(s.held))]
	s.held = s.held[len(vs):]
	s.count()
	s.Refill()
	s.hand(vs)
	clear(vs)
	return len(vs)
}

// extrapolates reports whether there may be something to emit that is not of
// upstream.
func (s *extrapolateStage[T]) extrapolates() bool { return s.full || s.next != nil }

// step takes an element from the iterator, and reports whether there is one.
// Where that does not return, the stream fails.
func (s *extrapolateStage[T]) step() (v T, ok bool) {
	returned := false
	defer func() {
		if !returned {
			s.StopWith(s.Broken(recover()))
		}
	}()
	if s.next == nil {
		s.begin()
	}
	if v, ok = s.next(); !ok {
		s.next, s.stop = nil, nil
	}
	returned = true
	return v, ok
}

// begin has f make an iterator of the copy.
func (s *extrapolateStage[T]) begin() {
	last := s.kept[0]
	clear(s.kept[:])
	s.full = false
	seq := s.plan.f(last)
	if seq == nil {
		panic(errNilIterator)
	}
	s.next, s.stop = iter.Pull(seq)
}

var errNilIterator = errors.New("the function has returned no iterator")

// give emits what the iterator has yielded, unless the stream was left meanwhile.
func (s *extrapolateStage[T]) give(v T) {
	s.Consumed(-1) // it came from f
	out := s.out.One(v)
	if s.Stopped() {
		s.Let(out, flow.Cancelled)
	} else {
		s.Emit(out)
	}
	clear(out)
}

// replace makes room for vs. Where the iterator does not stop, the stream fails.
func (s *extrapolateStage[T]) replace(vs []T) (ok bool) {
	defer func() {
		if !ok {
			err := s.Broken(recover())
			s.Let(vs, flow.Failed)
			s.StopWith(err)
		}
	}()
	s.forget(flow.Replaced)
	return true
}

// forget stops the iterator, and lets go of the copy, which counts as no element.
func (s *extrapolateStage[T]) forget(reason flow.Reason) {
	if s.full {
		last := s.kept
		clear(s.kept[:])
		s.full = false
		stage.Tell(s.Releaser(), last[:], reason)
	}
	if stop := s.stop; stop != nil {
		s.next, s.stop = nil, nil
		stop()
	}
}

// finish is forget at the end of the stream, for which an error of the iterator
// comes too late.
func (s *extrapolateStage[T]) finish(reason flow.Reason) {
	defer func() {
		if r := recover(); r != nil {
			s.Outlet.Run().Undeliverable(s.Broken(r))
		}
	}()
	s.forget(reason)
}

// Want has one element on its way while none waits.
func (s *extrapolateStage[T]) Want(demand int64) int64 {
	switch {
	case demand == flow.Unbounded:
		return demand
	case len(s.held) > 0:
		return 0
	}
	return 1
}

// Clear lets go of what is held, and stops the iterator.
func (s *extrapolateStage[T]) Clear(reason flow.Reason) {
	held := s.held
	s.held = nil
	s.count()
	s.Let(held, reason)
	s.finish(reason)
}

// OnError ends the stream, after what is held.
func (s *extrapolateStage[T]) OnError(err error) {
	s.finish(flow.Failed)
	s.Holder.OnError(err)
}

// OnComplete ends the stream, after what is held.
func (s *extrapolateStage[T]) OnComplete() {
	s.finish(flow.Filtered)
	s.Holder.OnComplete()
}
