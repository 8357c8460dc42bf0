package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// MapAsyncKeyed emits the result of f(ctx, v) for each element v, with at most
// concurrency calls of f at once, and never two for elements with the same key.
// Results of one key come in the order of their elements, others as they are
// there.
//
//	source         --a1--a2--b1------|
//	MapAsyncKeyed(2, 8)
//	                 [a1---][a2---]
//	                         [b1]
//	result         --------a1----b1-a2|
//
// An element waits while there is a call for its key; those behind it that have
// other keys do not, as long as there is room; a key that has had a call goes
// behind those that wait for one. key(v) must have the same result
// each time. Nothing is kept for a key of which no element is inside. Calls run
// on goroutines of their own, see [MapAsync].
//
// Demand: requests capacity elements at once, and then one for each result that
// has been handed on and each element that f has left out.
//
// Buffer: at most capacity elements: those that wait for their key or for a
// call, those in a call, and results that wait for demand.
//
// Errors: an error that f returns ends the stream as a [flow.StageError], a
// panic as a [flow.PanicError], after the results that are there. It ends the
// context of the other calls. A panic in key ends the stream, and so does
// upstream's error, after the results of the elements before it. When the stream
// is over or cancelled, no further call begins.
//
// Ends: completes when upstream has and every result is handed on. The run
// waits until every call has returned, whatever ends the stream. Panics if
// concurrency is less than 1, or capacity less than concurrency.
func MapAsyncKeyed[In any, K comparable, Out any](src flow.Publisher[In], concurrency, capacity int, key func(In) K, f func(context.Context, In) (Out, error), opts ...Option) flow.Publisher[Out] {
	stage.Require(src != nil, "operators.MapAsyncKeyed: nil source")
	stage.Require(concurrency > 0, "operators.MapAsyncKeyed: concurrency %d, must be at least 1", concurrency)
	stage.Require(capacity >= concurrency, "operators.MapAsyncKeyed: capacity %d, must be at least the concurrency %d", capacity, concurrency)
	stage.Require(key != nil, "operators.MapAsyncKeyed: nil key function")
	stage.Require(f != nil, "operators.MapAsyncKeyed: nil function")
	p := &keyedOp[In, K, Out]{
		Blueprint: stage.NewBlueprint("mapasynckeyed", src, opts), src: stage.Adapt(src),
		key: key, f: f, concurrency: concurrency, capacity: capacity,
	}
	p.Node().Capacity = int64(capacity)
	return p
}

type keyedOp[In any, K comparable, Out any] struct {
	stage.Blueprint
	src         flow.Publisher[In]
	key         func(In) K
	f           func(context.Context, In) (Out, error)
	concurrency int
	capacity    int
}

func (p *keyedOp[In, K, Out]) Subscribe(ctx context.Context, down flow.Subscriber[Out]) {
	ctx = stage.Enter(ctx, p.Node(), down)
	s := &keyedStage[In, K, Out]{plan: p, in: flow.ReleaseFunc[In](), out: flow.ReleaseFunc[Out]()}
	s.open(ctx, p.Node(), down, s, stage.WorkersConfig{Limit: p.concurrency, Window: p.concurrency}, p.call)
	stage.Subscribe(ctx, p.src, s, s.Meter())
}

// call is what the workers call. An element that f leaves out is a result as
// well, because its lane has to go on.
func (p *keyedOp[In, K, Out]) call(ctx context.Context, e keyedIn[In, K]) (keyedOut[In, K, Out], error) {
	v, err := p.f(ctx, e.v)
	if stage.Skips(err) {
		return keyedOut[In, K, Out]{lane: e.lane, in: e.v, skip: err}, nil
	}
	return keyedOut[In, K, Out]{v: v, lane: e.lane}, err
}

// keyedIn is an element with its lane.
type keyedIn[In any, K comparable] struct {
	v    In
	lane *keyedLane[In, K]
}

// keyedOut is a result with the lane of its element.
type keyedOut[In any, K comparable, Out any] struct {
	v    Out
	lane *keyedLane[In, K]
	in   In    // if f has left it out
	skip error // then, how f said so
}

// keyedLane is a key of which an element is with the workers.
type keyedLane[In any, K comparable] struct {
	key     K
	waiting []In // for that element
	next    *keyedLane[In, K]
	prev    *keyedLane[In, K]
}

// keyedLanes are the keys of which elements are inside, in the order in which
// they have come.
type keyedLanes[In any, K comparable] struct {
	byKey  map[K]*keyedLane[In, K]
	oldest *keyedLane[In, K]
	newest *keyedLane[In, K]
	spare  *keyedLane[In, K] // of keys that are gone, one after the other
	held   int               // elements that wait
}

// enter puts v into its lane. It reports whether that was free, so that v can go
// to the workers.
func (l *keyedLanes[In, K]) enter(key K, v In) (lane *keyedLane[In, K], free bool) {
	if lane = l.byKey[key]; lane != nil {
		lane.waiting = append(lane.waiting, v)
		l.held++
		return lane, false
	}
	if lane = l.spare; lane != nil {
		l.spare = lane.next
	} else {
		lane = new(keyedLane[In, K])
	}
	*lane = keyedLane[In, K]{key: key, prev: l.newest}
	if l.byKey == nil {
		l.byKey = make(map[K]*keyedLane[In, K])
	}
	if same(key, key) { // else no map would find it again
		l.byKey[key] = lane
	}
	if l.newest != nil {
		l.newest.next = lane
	} else {
		l.oldest = lane
	}
	l.newest = lane
	return lane, true
}

// leave says that the element of a lane has left the workers. It returns the
// next one; without one the lane is forgotten.
func (l *keyedLanes[In, K]) leave(lane *keyedLane[In, K]) (v In, more bool) {
	if len(lane.waiting) > 0 {
		v, lane.waiting[0] = lane.waiting[0], v
		lane.waiting = lane.waiting[1:]
		l.held--
		return v, true
	}
	delete(l.byKey, lane.key)
	if lane.prev != nil {
		lane.prev.next = lane.next
	} else {
		l.oldest = lane.next
	}
	if lane.next != nil {
		lane.next.prev = lane.prev
	} else {
		l.newest = lane.prev
	}
	*lane = keyedLane[In, K]{next: l.spare}
	l.spare = lane
	return v, false
}

// clear gives all elements that wait to let.
func (l *keyedLanes[In, K]) clear(let func(vs []In)) {
	for lane := l.oldest; lane != nil; lane = lane.next {
		vs := lane.waiting
		lane.waiting = nil
		l.held -= len(vs)
		let(vs)
	}
	*l = keyedLanes[In, K]{}
}
