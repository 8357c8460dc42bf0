package operators

import (
	"context"
	"fmt"
	"math"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// Window is what [WindowBy] has made of the elements with one key in a window
// of time. Start and End are what the wall clock shows, as it was set at the
// subscription.
type Window[K comparable, A any] struct {
	Key        K
	Start, End time.Time
	Value      A
}

// WindowBy emits a [Window] for each key in each window of time, when that has
// ended: its value is add(…add(add(zero, v1), v2)…, vn) for the elements in it.
// The elements are not kept. zero is shared by all windows: where it is a map
// or a pointer that add changes, begin with nil and let add make one.
//
//	source         -a-b-a-------a-----b-|
//	WindowBy(Tumbling(5 columns), 10, itself, 0, count)
//	result         -----(a:2 b:1)--a:1--b:1|
//
// Windows that end in one moment are emitted in the order in which their first
// elements came. Each key has sessions of its own.
//
// Demand: at most 256 elements ahead while a window is demanded; everything
// where demand is unbounded. Nothing without demand.
//
// Buffer: the value for each of at most keys keys, where windows overlap one in
// each of them; and those of windows that have ended, for which there is no
// demand. Nothing is asked for while there are any.
//
// Errors: passes upstream's on, after windows that only lack demand; those that
// have not ended are let go. Elements with more than keys keys at once end the
// stream with an error that wraps [flow.ErrTooManyGroups], and a panic in key
// or add with a [flow.PanicError], both in the same way.
//
// Ends: completes when upstream has, after the windows that have not ended,
// which need demand. Panics if windows is the zero value or keys is less than
// 1.
//
// To keep the elements, use [BatchWindows] behind [GroupBy], or have add append
// to a slice, which then is not bounded.
func WindowBy[T any, K comparable, A any](src flow.Publisher[T], windows Windows, keys int, key func(T) K, zero A, add func(A, T) A, opts ...Option) flow.Publisher[Window[K, A]] {
	stage.Require(src != nil, "operators.WindowBy: nil source")
	stage.Require(windows != Windows{}, "operators.WindowBy: no windows")
	stage.Require(keys > 0, "operators.WindowBy: %d keys, must be at least 1", keys)
	stage.Require(key != nil && add != nil, "operators.WindowBy: nil function")
	p := &windowByOp[T, K, A]{stage.NewBlueprint("windowby", src, opts), stage.Adapt(src), windows, keys, key, zero, add}
	p.Node().Capacity = demand.Mul(demand.Sum(int64(keys), stage.MaxBatch), windows.overlap())
	return p
}

type windowByOp[T any, K comparable, A any] struct {
	stage.Blueprint
	src     flow.Publisher[T]
	windows Windows
	keys    int
	key     func(T) K
	zero    A
	add     func(A, T) A
}

func (p *windowByOp[T, K, A]) Subscribe(ctx context.Context, down flow.Subscriber[Window[K, A]]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &windowByStage[T, K, A]{plan: p, clock: p.windows.start(), release: flow.ReleaseFunc[A]()}
	s.limit = int(demand.Mul(int64(p.keys), p.windows.overlap()))
	s.panes.open = make(map[paneSlot[K]]*pane[K, A])
	s.Init(ctx, p.Node(), down, s)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

type windowByStage[T any, K comparable, A any] struct {
	stage.Holder[T, Window[K, A]]
	plan    *windowByOp[T, K, A]
	clock   windowClock
	limit   int // of open panes
	in      stage.One[T]
	panes   panes[K, A]
	made    int            // windows that the present element has begun
	ended   []Window[K, A] // for which there was no demand yet, oldest first
	time    stage.Deadline
	release func(A, flow.Reason)
}

func (s *windowByStage[T, K, A]) OnNext(v T) { s.OnNextBatch(s.in.One(v)) }

func (s *windowByStage[T, K, A]) OnNextBatch(vs []T) {
	if !s.Received(len(vs)) {
		s.Let(vs, flow.Cancelled)
		return
	}
	now := flow.Now()
	s.finish(now)
	s.place(vs, now)
	s.hand(s.Allowed(len(s.ended)))
	if !s.Over() {
		s.Refill()
		s.wake(now)
	}
	s.count()
}

// place gives the elements, which came at the moment now, to their windows.
// Where a function does not return, the stream fails.
func (s *windowByStage[T, K, A]) place(vs []T, now int64) {
	at, adding, returned := 0, false, false
	defer func() {
		switch {
		case returned:
		case adding: // it has the element
			s.Lost(flow.Failed, 1)
			s.Consumed(int64(-s.made))
			s.fail(vs[at+1:], s.Broken(recover()))
		default:
			s.fail(vs[at:], s.Broken(recover()))
		}
	}()
	brake := s.Brake()
	for i, v := range vs {
		if atomic.LoadUint32(brake) != 0 {
			returned = true
			s.Let(vs[i:], flow.Cancelled)
			return
		}
		at, adding = i, false
		k := s.plan.key(v)
		if !s.room(k, now) {
			returned = true
			s.fail(vs[i:], s.UserError(fmt.Errorf("%w: an element has the key %v, and the %d keys that may be are in use; allow more",
				flow.ErrTooManyGroups, k, s.plan.keys)))
			return
		}
		adding = true
		s.add(k, v, now)
	}
	returned = true
}

// room reports whether there may be all panes that an element with the key k
// needs.
func (s *windowByStage[T, K, A]) room(k K, now int64) bool {
	room := s.limit - len(s.panes.open)
	first, n := s.clock.span(now)
	if room >= n {
		return true
	}
	for i := range n {
		if s.panes.open[s.slot(k, first, i)] == nil {
			room--
		}
	}
	return room >= 0
}

// slot returns the pane of the i-th window from first on.
func (s *windowByStage[T, K, A]) slot(k K, first int64, i int) paneSlot[K] {
	if s.clock.step == 0 { // a key has one session at a time
		return paneSlot[K]{k, 0}
	}
	return paneSlot[K]{k, first + int64(i)*int64(s.clock.step)}
}

// add adds v to the panes of its key.
func (s *windowByStage[T, K, A]) add(k K, v T, now int64) {
	s.made = 0
	first, n := s.clock.span(now)
	for i := range n {
		slot := s.slot(k, first, i)
		p := s.panes.open[slot]
		if p == nil {
			p = &pane[K, A]{slot: slot, begin: slot.begin, value: s.plan.zero}
			if s.clock.step == 0 {
				p.begin = now
			}
			p.end = s.clock.ends(p.begin, now)
			s.panes.push(p)
		} else {
			p.end = s.clock.ends(p.begin, now)
		}
		p.given = true
		p.value = s.plan.add(p.value, v)
		p.given = false
		if !p.some {
			p.some = true
			s.made++
		}
	}
	if s.made == 0 {
		s.Lost(flow.Merged, 1)
	} else {
		s.Consumed(int64(1 - s.made)) // in several windows it is several elements
	}
}

// finish ends the windows whose time has come.
func (s *windowByStage[T, K, A]) finish(now int64) {
	for p := s.panes.pop(now); p != nil; p = s.panes.pop(now) {
		s.ended = append(s.ended, Window[K, A]{p.slot.key, s.clock.wall(p.begin), s.clock.wall(p.end), p.value})
	}
}

// hand emits n of the windows that have ended, for which there is demand.
func (s *windowByStage[T, K, A]) hand(n int) {
	if n == 0 {
		return
	}
	out := s.ended[:n]
	s.ended = s.ended[n:] // before anybody below may end the goroutine
	s.Emit(out)
	clear(out)
	if len(s.ended) == 0 {
		s.ended = out[:0]
	}
}

// wake sets the alarm for the end of the next window.
func (s *windowByStage[T, K, A]) wake(now int64) {
	if at, some := s.panes.next(); some && !s.Over() && !s.Closed() {
		s.time.Set(&s.Handle, at, now)
	} else {
		s.time.Clear()
	}
}

// Flush emits the windows that have ended.
func (s *windowByStage[T, K, A]) Flush(n int) (emitted int, more bool) {
	now := flow.Now()
	if s.Over() {
		s.time.Stop()
	} else {
		s.finish(now)
		s.wake(now)
	}
	emitted = min(n, len(s.ended))
	s.hand(emitted)
	s.count()
	return emitted, len(s.ended) > 0
}

// Want reads ahead while a window is demanded.
func (s *windowByStage[T, K, A]) Want(n int64) int64 {
	if n == 0 || n == flow.Unbounded {
		return n
	}
	return stage.MaxBatch
}

// count publishes how many values are held.
func (s *windowByStage[T, K, A]) count() {
	if m := s.Meter(); m != nil {
		m.Buffered(int64(len(s.panes.open) + len(s.ended)))
	}
}

// fail ends the stream because of an error that arose here, and lets go of
// elements behind it.
func (s *windowByStage[T, K, A]) fail(behind []T, err error) {
	s.Let(behind, flow.Failed)
	s.Enough()
	s.drop(flow.Failed)
	s.Holder.OnError(err)
}

// OnError ends the stream, after the windows that have ended.
func (s *windowByStage[T, K, A]) OnError(err error) {
	if !s.Over() && !s.Closed() {
		s.finish(flow.Now())
		s.drop(flow.Failed)
	}
	s.Holder.OnError(err)
}

// OnComplete ends the stream, after all windows.
func (s *windowByStage[T, K, A]) OnComplete() {
	if !s.Over() && !s.Closed() {
		s.finish(math.MaxInt64)
	}
	s.Holder.OnComplete()
}

// drop lets go of the windows that have not ended.
func (s *windowByStage[T, K, A]) drop(reason flow.Reason) {
	s.time.Stop()
	for _, p := range s.panes.clear() {
		if p.some {
			s.let(p.value, reason, !p.given)
		}
	}
}

// let lets go of a value, which add does not have.
func (s *windowByStage[T, K, A]) let(value A, reason flow.Reason, ours bool) {
	s.Lost(reason, 1)
	if s.release != nil && ours {
		s.release(value, reason)
	}
}

// Clear lets go of what is held.
func (s *windowByStage[T, K, A]) Clear(reason flow.Reason) {
	ended := s.ended
	s.ended = nil
	for _, w := range ended {
		s.let(w.Value, reason, true)
	}
	s.drop(reason)
}
