package operators

import (
	"context"
	"math"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// BatchWindows emits the elements of each window in a slice, when the window
// has ended. Where no element comes in a window, there is no slice. A slice
// belongs to whoever receives it.
//
//	source         -1-2-3-------4-----5-|
//	BatchWindows(Tumbling(5 columns), 10)
//	result         -----[1 2 3]----[4]--[5]|
//
// Demand: capacity elements, as far as none are held, as soon as a slice is
// demanded; everything where demand is unbounded and windows do not overlap.
// Nothing without demand.
//
// Buffer: at most capacity elements, those of windows that have ended and for
// which there is no demand among them. A window that has capacity elements is
// emitted at once, and goes on in another slice; where windows overlap it is
// not, and what comes next waits, with the source, until the first of them have
// ended, and is in the window in which it comes.
//
// Errors: passes upstream's on, after windows that only lack demand. The
// elements of windows that have not ended are let go.
//
// Ends: completes when upstream has, after the windows that have not ended,
// which need demand. Panics if windows is the zero value, if capacity is less
// than 1, or, where windows overlap, if elements are a [flow.Releaser] and not a
// [flow.Forker].
//
// To collect by number, or by number and time since the first element, use
// [Batch]. To keep no elements, but what is made of them, use [WindowBy].
func BatchWindows[T any](src flow.Publisher[T], windows Windows, capacity int, opts ...Option) flow.Publisher[[]T] {
	stage.Require(src != nil, "operators.BatchWindows: nil source")
	stage.Require(windows != Windows{}, "operators.BatchWindows: no windows")
	stage.Require(capacity > 0, "operators.BatchWindows: capacity %d, must be at least 1", capacity)
	p := &batchWindowsOp[T]{Blueprint: stage.NewBlueprint("batchwindows", src, opts), src: stage.Adapt(src), windows: windows, capacity: capacity}
	if windows.overlap() > 1 {
		p.fork = stage.Fork[T]("operators.BatchWindows")
	}
	p.Node().Capacity = int64(capacity)
	return p
}

type batchWindowsOp[T any] struct {
	stage.Blueprint
	src      flow.Publisher[T]
	windows  Windows
	capacity int
	fork     func(T, int) // nil where elements are in one window, or need not be told
}

func (p *batchWindowsOp[T]) Subscribe(ctx context.Context, down flow.Subscriber[[]T]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &batchWindowsStage[T]{plan: p, clock: p.windows.start(), latest: math.MaxInt64, overlaps: p.windows.overlap() > 1}
	s.next = s.clock.origin
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// batchWindowsStage holds the elements with the moments at which they came. The
// first window that has any of them is made out as they come, the others when
// it has been emitted.
type batchWindowsStage[T any] struct {
	stage.Holder[T, []T]
	plan     *batchWindowsOp[T]
	clock    windowClock
	overlaps bool
	in       stage.One[T]
	line     waitingLine[T]
	n        int   // elements of the line that are in the first window
	begin    int64 // when that begins, if n > 0
	end      int64 // and ends
	next     int64 // windows that begin before have been emitted, where they have a size
	latest   int64 // what ends later than that has not ended: the stream has failed
	time     stage.Deadline
	out      [][]T // slices that are being handed on
}

func (s *batchWindowsStage[T]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *batchWindowsStage[T]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	now := flow.Now()
	if s.plan.fork != nil {
		for _, v := range vs {
			if n := s.clock.count(now, s.next); n > 1 {
				s.plan.fork(v, int(n))
			}
		}
	}
	s.line.push(vs, now, s.plan.capacity)
	s.hand(s.Allowed(math.MaxInt), now)
	s.Refill()
	s.wake(now)
}

// gather finds out which elements are in the first window.
func (s *batchWindowsStage[T]) gather() {
	for s.n < s.line.len() && !s.cut() {
		at := s.line.time(s.n)
		switch {
		case s.n == 0:
			s.open(at)
		case at >= s.end:
			return
		}
		s.n++
		s.end = s.clock.ends(s.begin, at)
	}
}

// open begins the first window, whose first element came at the moment at.
func (s *batchWindowsStage[T]) open(at int64) {
	s.begin, _ = s.clock.span(at)
	if s.overlaps { // earlier ones have been emitted
		s.begin = max(s.begin, s.next)
	}
}

// cut reports whether the first window has as many elements as a slice may
// have.
func (s *batchWindowsStage[T]) cut() bool { return !s.overlaps && s.n >= s.plan.capacity }

// ready reports whether the first window can be emitted.
func (s *batchWindowsStage[T]) ready(now int64) bool {
	s.gather()
	return s.n > 0 && (s.end <= min(now, s.latest) || s.cut() || s.Completed())
}

// hand emits at most n windows, for which there is demand.
func (s *batchWindowsStage[T]) hand(n int, now int64) (emitted int) {
	out := s.out[:0]
	gone := 0
	for len(out) < n && s.ready(now) {
		slice := make([]T, s.n)
		gone += s.take(slice)
		out = append(out, slice)
	}
	s.count()
	if len(out) == 0 {
		return 0
	}
	// Where windows overlap, more may come out than has come in.
	if merged := gone - len(out); merged > 0 {
		s.Lost(flow.Merged, int64(merged))
	} else {
		s.Consumed(int64(merged))
	}
	s.out = nil // a function below may come back, or not return
	s.Emit(out)
	clear(out)
	s.out = out
	return len(out)
}

// take moves the first window into dst, and returns how many elements are in
// no other one.
func (s *batchWindowsStage[T]) take(dst []T) (gone int) {
	defer func() { s.n = 0 }()
	if !s.overlaps {
		s.line.pop(dst)
		return len(dst)
	}
	for i := range dst {
		dst[i] = s.line.at(i)
	}
	s.next = stage.Later(s.begin, s.clock.step)
	for gone < len(dst) && s.line.time(gone) < s.next {
		gone++
	}
	s.line.forget(gone)
	return gone
}

// wake sets the alarm for the end of the first window, if that has not come.
func (s *batchWindowsStage[T]) wake(now int64) {
	if s.gather(); s.n == 0 || s.Over() || s.Closed() {
		s.time.Clear()
	} else if s.end > now {
		s.time.Set(&s.Handle, s.end, now)
	}
}

// Flush emits the windows that have ended.
func (s *batchWindowsStage[T]) Flush(n int) (emitted int, more bool) {
	if s.Over() {
		s.time.Stop()
	}
	now := flow.Now()
	emitted = s.hand(n, now)
	if s.ready(now) {
		return emitted, true
	}
	if s.Failed() {
		s.drop(flow.Failed)
	}
	s.wake(now)
	return emitted, false
}

// Want has on its way what there is room for.
func (s *batchWindowsStage[T]) Want(n int64) int64 {
	switch {
	case n == 0:
		return 0
	case n == flow.Unbounded && !s.overlaps:
		return n
	}
	return int64(s.plan.capacity - s.line.len())
}

// count publishes how many elements are held.
func (s *batchWindowsStage[T]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(s.line.len()))
	}
}

// OnError ends the stream, after the windows that have ended.
func (s *batchWindowsStage[T]) OnError(err error) {
	if !s.Over() && !s.Closed() {
		s.latest = flow.Now()
	}
	s.Holder.OnError(err)
}

// drop lets go of what is held, in each window to come.
func (s *batchWindowsStage[T]) drop(reason flow.Reason) {
	s.time.Stop()
	for s.line.len() > 0 {
		shares := int64(1)
		if s.plan.fork != nil {
			shares = s.clock.count(s.line.time(0), s.next)
		}
		one := s.in.One(s.line.at(0))
		s.line.forget(1)
		s.Lost(reason, 1)
		for range shares {
			stage.Tell(s.Releaser(), one, reason)
		}
		clear(one)
	}
	s.n, s.line = 0, waitingLine[T]{}
	s.count()
}

// Clear lets go of what is held.
func (s *batchWindowsStage[T]) Clear(reason flow.Reason) { s.drop(reason) }
