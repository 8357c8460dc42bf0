package operators

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/internal/stage"
)

// groupLine is one group, the publisher of its elements. Until it has a
// subscriber it holds them itself; then they go through a queue between the
// stage's island and the subscriber's.
type groupLine[T any, K comparable] struct {
	*stage.Blueprint
	by     *groupByStage[T, K]
	key    K
	prev   *groupLine[T, K] // in the order in which they were opened
	follow *groupLine[T, K]

	// On the stage's island, and the subscriber's when the stage has ended.
	pending []T
	sent    int64 // into the queue
	joined  bool  // what comes goes into the queue
	closed  bool  // the stage has taken it out
	number  int   // in the order of opening
	last    int64 // when an element came, where that matters

	queue *stage.Boundary[T]
	to    flow.BatchSubscriber[T] // the entrance of the queue
	wants demand.Counter          // of the queue, in all
	gone  atomic.Bool             // the subscriber has cancelled, or it was released

	// Guarded by the stage's lock.
	taken  bool  // it has had a subscriber, or was released
	marked bool  // the stage has been told of either
	orphan bool  // the stage has ended before
	ending bool  // the stage has ended it, and its queue is not known to be empty
	empty  bool  // it is
	err    error // with which
}

// Subscribe opens the queue.
func (l *groupLine[T, K]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, l.Node(), down)
	if err := l.take(); err != nil {
		stage.Refuse(ctx, l.Node(), down, err)
		return
	}
	l.queue = new(stage.Boundary[T])
	l.queue.Open(ctx, l.Node(), (*groupFeed[T, K])(l), down, l.by.plan.capacity, false)
}

// take lets one subscriber pass.
func (l *groupLine[T, K]) take() error {
	l.by.mu.Lock()
	defer l.by.mu.Unlock()
	switch {
	case !l.taken:
		l.taken = true
		return nil
	case l.queue == nil && l.gone.Load():
		return flow.ErrGroupReleased
	}
	return flow.ErrAlreadySubscribed
}

// Release lets go of the group, unless it has a subscriber.
func (l *groupLine[T, K]) Release(reason flow.Reason) {
	s := l.by
	s.mu.Lock()
	if l.taken {
		s.mu.Unlock()
		return
	}
	l.taken = true
	l.gone.Store(true)
	if !l.orphan {
		l.mark()
		s.mu.Unlock()
		s.Ready()
		return
	}
	vs := l.pending
	l.pending = nil
	s.mu.Unlock()
	s.Outlet.Run().Sums().Discarded.Add(int64(len(vs))) // the stage has handed them on
	stage.Tell(s.release, vs, reason)
}

// mark lets the stage look at the group in its next pass. The lock is held.
func (l *groupLine[T, K]) mark() {
	l.marked = true
	l.by.marked = append(l.by.marked, l)
}

// put takes an element, if there is room.
func (l *groupLine[T, K]) put(v T) bool {
	s := l.by
	if !l.joined {
		if len(l.pending) == s.plan.capacity {
			return false
		}
		l.pending = append(l.pending, v)
		s.pending++
		return true
	}
	if !l.room() {
		s.tight.Store(true) // the next request wakes the stage, if this is not it
		if !l.room() {
			return false
		}
	}
	l.sent++
	s.HandedOn(1)
	l.to.OnNext(v)
	return true
}

// room reports whether there is room in the queue. Before its first request,
// which is for all of its capacity, it is empty.
func (l *groupLine[T, K]) room() bool {
	return l.sent < max(l.wants.Load(), int64(l.by.plan.capacity))
}

// join moves what the group holds into the queue.
func (l *groupLine[T, K]) join() {
	vs := l.pending
	l.pending, l.joined, l.sent = nil, true, int64(len(vs))
	l.by.pending -= len(vs)
	l.by.HandedOn(int64(len(vs)))
	if len(vs) > 0 {
		l.to.OnNextBatch(vs)
	}
	l.queue.Shorten(l.by.Context())
}

// finish ends the group with the stage. It reports whether the group still
// waits for a subscriber.
func (l *groupLine[T, K]) finish(err error) (waits bool) {
	s, held := l.by, len(l.pending) // which is the subscriber's after leave
	if !l.joined && l.leave(err) {
		s.pending -= held
		s.HandedOn(int64(held))
		return true
	}
	switch {
	case l.gone.Load():
		s.lose(l.pending, flow.Cancelled)
		l.pending = nil
	case !l.joined:
		l.join()
	}
	l.end(err)
	return false
}

// abort ends the group and lets go of what it holds.
func (l *groupLine[T, K]) abort(err error) {
	vs := l.pending
	l.pending = nil
	l.by.lose(vs, flow.Failed)
	if l.joined || !l.leave(err) {
		l.end(err)
	}
}

// leave leaves the group to its subscriber, if it has none yet.
func (l *groupLine[T, K]) leave(err error) bool {
	l.by.mu.Lock()
	defer l.by.mu.Unlock()
	l.orphan, l.err = !l.marked, err
	return l.orphan
}

// end signals the end to the queue.
func (l *groupLine[T, K]) end(err error) {
	switch {
	case l.to == nil: // it was released
	case err != nil:
		l.to.OnError(err)
	default:
		l.to.OnComplete()
	}
}

// groupFeed is a group as its queue sees it: the publisher that it subscribes
// to, and that subscription.
type groupFeed[T any, K comparable] groupLine[T, K]

func (f *groupFeed[T, K]) Subscribe(_ context.Context, queue flow.Subscriber[T]) {
	l, s := (*groupLine[T, K])(f), f.by
	l.to = queue.(flow.BatchSubscriber[T])
	queue.OnSubscribe(f)
	s.mu.Lock()
	orphan := l.orphan
	if !orphan {
		l.queue.FedFrom(s.Context())
		l.mark()
	}
	s.mu.Unlock()
	if !orphan {
		s.Ready()
		return
	}
	vs := l.pending
	l.pending = nil
	if len(vs) > 0 {
		l.to.OnNextBatch(vs)
	}
	l.end(l.err)
}

// Request lets the stage go on where it waits for room.
func (f *groupFeed[T, K]) Request(n int64) {
	f.wants.Add(n)
	f.by.Wanted(n)
	if f.by.tight.Load() {
		f.by.Ready()
	}
}

// Cancel closes the group.
func (f *groupFeed[T, K]) Cancel() {
	l, s := (*groupLine[T, K])(f), f.by
	s.mu.Lock()
	l.gone.Store(true)
	if !l.orphan {
		l.mark()
	}
	s.mu.Unlock()
	s.Ready()
}
