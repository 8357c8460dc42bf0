package stage

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
)

// Hub hands each element that it gets to all its lines, which join and leave
// at any time. Any number of goroutines may give it elements; all lines get
// them in the same order.
type Hub[T any] struct {
	keep    int   // elements that are kept for lines to come
	forget  bool  // not for those that come after the end
	age     int64 // of an element that is kept, at most; 0 for any
	owner   Sharing
	fork    func(T, int)
	release func(T, flow.Reason)

	mu    sync.Mutex
	turn  sync.Cond    // nobody forks any more, there may be room, or the hub is shut
	waits atomic.Int32 // goroutines that may wait for room
	busy  bool         // an element is being forked
	lines []*Line[T]   // a new slice whenever it changes
	start int          // as many have to be there before an element is taken
	kept  []T
	since []int64 // when those came, if they are kept for a time
	one   [1]T
	shut  bool
	err   error
	only  only // of a hub that has one line
}

// Sharing is told what happens to the lines of a hub, without a lock held.
type Sharing interface {
	// Freed says that a line has room for more.
	Freed()
	// Left says that a line has left. lines are left.
	Left(lines int)
}

// Offered says how the lines have taken what they were offered.
type Offered struct {
	Lines     int // that were there
	Missed    int // that lost it for lack of room
	Displaced int // that lost something else for it
	Refused   bool
	Shut      bool // and will be ever after
}

// Init prepares a hub that keeps its last elements for lines to come; not for
// those that come after its end if forget is set. owner may be nil. Panics for
// elements that cannot be shared, or kept, on behalf of the function.
func (h *Hub[T]) Init(function string, keep int, forget bool, owner Sharing) {
	h.keep, h.forget, h.owner = keep, forget, owner
	h.fork = Fork[T](function)
	h.release = flow.ReleaseFunc[T]()
	if keep > 0 && h.fork != nil {
		h.fork = unkept[T](function)
	}
	h.turn.L = &h.mu
}

// MaxAge lets the hub keep its elements no longer than d. Call it before any
// line joins.
func (h *Hub[T]) MaxAge(d time.Duration) { h.age = int64(d) }

// StartAfter lets the hub take no element before n lines have joined. Call it
// before any line does.
func (h *Hub[T]) StartAfter(n int) { h.start = n }

// unkept panics for elements that can be released: those that are kept would
// never be.
func unkept[T any](function string) func(T, int) {
	var zero T
	_, yes := any(zero).(flow.Releaser)
	Require(!yes, "%s: elements of type %T have Release, so they cannot be kept", function, zero)
	return func(v T, _ int) {
		if _, yes := any(v).(flow.Releaser); yes {
			panic(function + ": an element has Release, so it cannot be kept")
		}
	}
}

// Emit hands v to all lines. It waits until the hub has started and all have
// room that are to block whoever gives them elements; not where ctx is nil, and
// no longer than ctx lasts. If v is refused it still belongs to the caller.
func (h *Hub[T]) Emit(ctx context.Context, v T) Offered {
	h.mu.Lock()
	if !h.await(ctx) {
		shut := h.shut
		h.mu.Unlock()
		return Offered{Refused: true, Shut: shut}
	}
	h.one[0] = v
	if h.only.awaited {
		return h.hold(v)
	}
	return h.hand(h.one[:])
}

// await waits for room, and until nobody else is at it. The lock is held.
func (h *Hub[T]) await(ctx context.Context) bool {
	h.waits.Add(1)
	defer h.waits.Add(-1)
	var stop func() bool
	for {
		switch {
		case h.shut:
			return false
		case h.busy:
		case h.start == 0 && h.roomy():
			return true
		case ctx == nil || ctx.Err() != nil:
			return false
		case stop == nil:
			stop = context.AfterFunc(ctx, h.rouse)
			defer stop()
		}
		h.turn.Wait()
	}
}

// rouse lets everybody who waits look again.
func (h *Hub[T]) rouse() {
	h.mu.Lock()
	h.turn.Broadcast()
	h.mu.Unlock()
}

// roomy reports whether no line holds up an element. The lock is held.
func (h *Hub[T]) roomy() bool {
	if h.only.awaited {
		return h.only.strategy != flow.Block || len(h.kept) < h.only.capacity
	}
	for _, l := range h.lines {
		if l.strategy == flow.Block && l.room() <= 0 {
			return false
		}
	}
	return true
}

// Offer hands vs to all lines, without a look at their room.
func (h *Hub[T]) Offer(vs []T) Offered {
	h.mu.Lock()
	for h.busy {
		h.turn.Wait()
	}
	return h.hand(vs)
}

// hand puts vs into all lines. The lock is held, and released.
func (h *Hub[T]) hand(vs []T) Offered {
	lines := h.lines
	h.share(vs, len(lines))
	h.remember(vs)
	o := Offered{Lines: len(lines)}
	var gone []let[T]
	for _, l := range lines {
		gone = l.put(vs, &o, gone)
	}
	evicted := o.Missed > 0 && h.evict()
	left := len(h.lines)
	clear(h.one[:])
	h.mu.Unlock()
	for _, g := range gone {
		h.release(g.v, g.reason)
	}
	for _, l := range lines {
		l.Ready()
	}
	if evicted && h.owner != nil {
		h.owner.Left(left)
	}
	return o
}

// let is an element that a line lets go of.
type let[T any] struct {
	v      T
	reason flow.Reason
}

// share tells the elements that n lines get them. The lock is held, but not
// while they are told: nobody else hands anything to the lines meanwhile, and
// no line joins.
func (h *Hub[T]) share(vs []T, n int) {
	if h.fork == nil {
		return
	}
	h.busy = true
	h.mu.Unlock()
	returned := false
	defer func() {
		h.mu.Lock()
		h.busy = false
		h.turn.Broadcast()
		if !returned {
			h.mu.Unlock() // the caller will not
		}
	}()
	for _, v := range vs {
		h.fork(v, n)
	}
	returned = true
}

// remember keeps the newest elements. The lock is held.
func (h *Hub[T]) remember(vs []T) {
	if h.keep == 0 {
		return
	}
	vs = vs[max(0, len(vs)-h.keep):]
	h.expire()
	if over := len(h.kept) + len(vs) - h.keep; over > 0 {
		h.outlive(over)
	}
	h.kept = append(h.kept, vs...)
	if h.age > 0 {
		h.since = append(h.since, slices.Repeat([]int64{flow.Now()}, len(vs))...)
	}
}

// expire forgets what is too old. The lock is held.
func (h *Hub[T]) expire() {
	if h.age > 0 {
		n, _ := slices.BinarySearch(h.since, flow.Now()-h.age)
		h.outlive(n)
	}
}

// outlive forgets the n oldest elements. The lock is held.
func (h *Hub[T]) outlive(n int) {
	h.kept = slices.Delete(h.kept, 0, n)
	if h.age > 0 {
		h.since = slices.Delete(h.since, 0, n)
	}
}

// Newest returns the newest element, of a hub that keeps elements and has had
// one.
func (h *Hub[T]) Newest() T {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.kept[len(h.kept)-1]
}

// evict takes lines out that have overflowed, and reports whether there were
// any. The lock is held.
func (h *Hub[T]) evict() bool {
	if !slices.ContainsFunc(h.lines, (*Line[T]).over) {
		return false
	}
	h.lines = slices.DeleteFunc(slices.Clone(h.lines), (*Line[T]).over)
	h.shut = h.shut || h.only.is
	return true
}

// Join adds a prepared line, which gets what is kept first. Where the hub has
// ended, so does the line. It returns the number of lines.
func (h *Hub[T]) Join(l *Line[T]) int {
	l.Ready() // once it is open, to see whether it has ended
	h.mu.Lock()
	defer h.mu.Unlock()
	for h.busy {
		h.turn.Wait()
	}
	l.hub = h
	h.expire()
	kept := h.kept
	if h.shut && h.forget {
		kept = nil
	}
	l.fill(kept, h.keep)
	if h.only.awaited {
		h.handOver(l)
	}
	if h.shut {
		l.shut(h.err)
		return 0
	}
	h.lines = append(slices.Clip(h.lines), l)
	if 0 < h.start && h.start <= len(h.lines) {
		h.start = 0
		h.turn.Broadcast()
	}
	return len(h.lines)
}

// leave takes a line out.
func (h *Hub[T]) leave(l *Line[T]) {
	h.mu.Lock()
	k := slices.Index(h.lines, l)
	if k >= 0 {
		h.lines = slices.Delete(slices.Clone(h.lines), k, k+1)
		h.shut = h.shut || h.only.is
		h.turn.Broadcast()
	}
	left := len(h.lines)
	h.mu.Unlock()
	if k >= 0 && h.owner != nil {
		h.owner.Left(left)
	}
}

// freed is called by a line that has got room.
func (h *Hub[T]) freed() {
	// A producer counts itself before it looks at the line's room, and the line
	// has changed that before it looks here: one of them sees the other.
	if h.waits.Load() > 0 {
		h.rouse()
	}
	if h.owner != nil {
		h.owner.Freed()
	}
}

// Shut ends all lines, behind what they hold: with err if it is not nil. It
// reports whether it was the first to do so.
func (h *Hub[T]) Shut(err error) bool {
	h.mu.Lock()
	for h.busy {
		h.turn.Wait()
	}
	if h.shut {
		h.mu.Unlock()
		return false
	}
	lines := h.lines
	h.shut, h.err, h.lines = true, err, nil
	for _, l := range lines {
		l.shut(err)
	}
	h.turn.Broadcast()
	h.mu.Unlock()
	for _, l := range lines {
		l.Ready()
	}
	return true
}

// Lines returns the lines that are there.
func (h *Hub[T]) Lines() []*Line[T] {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.lines
}

// Room returns for how many elements all lines have room that are to block, and
// how many lines there are.
func (h *Hub[T]) Room() (room int64, lines int) {
	room = flow.Unbounded
	all := h.Lines()
	for _, l := range all {
		if l.strategy == flow.Block {
			room = min(room, max(0, int64(l.room())))
		}
	}
	return room, len(all)
}
