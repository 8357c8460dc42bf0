package scheduler

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// Pacing of a pass: a batch doubles while a whole pass takes less than short,
// and shrinks when one takes more than long. A function that suddenly turns
// slow delays at most the elements of one batch.
const (
	shortPass = 50_000  // nanoseconds
	longPass  = 100_000 // nanoseconds
)

// Island is a chain of stages that run synchronously. It is an actor: whoever
// marks one of its heads ready and finds it idle gives it to the scheduler,
// and it runs its ready heads one after another.
//
// An Island is also the context under which its stages subscribe upstream.
type Island struct {
	context.Context // without the island

	// A marker needs these two. They lie in one cache line wherever the island
	// lies.
	scheduled atomic.Bool            // somebody runs it, or is asked to
	few       bool                   // the last pass that emitted anything emitted few elements
	tired     uint8                  // how often it has spun in vain, see linger
	ready     atomic.Pointer[Handle] // newest first

	run   *Run
	last  *Handle // local queue, a ring: last.next is the oldest
	now   *Handle // the head in Run, for Goexit
	stamp int64   // end of the last pass, 0 when unknown
	probe *probe  // measures, nil when nobody observes
	owner *owner  // whoever waits for it, nil for most
}

type islandKey struct{}

// Value returns the island itself for the key of this package.
func (i *Island) Value(key any) any {
	switch key {
	case islandKey{}:
		return i
	case siteKey{}:
		return nil
	}
	return i.Context.Value(key)
}

func islandOf(ctx context.Context) *Island {
	switch c := ctx.(type) {
	case *Island:
		return c
	case *innerContext:
		return c.island
	}
	i, _ := ctx.Value(islandKey{}).(*Island)
	return i
}

// Enter returns a context with an island: ctx if it has one, else one with a
// new island in the run of ctx, or in a new run of its own.
func Enter(ctx context.Context) context.Context {
	if islandOf(ctx) != nil {
		return ctx
	}
	r, _ := ctx.Value(runKey{}).(*Run)
	if r == nil {
		r = newRun(ctx, nil)
		r.adhoc = true
	}
	return r.newIsland(ctx)
}

// Fork returns a context with a new island in the run of ctx, for the
// upstream of an asynchronous boundary. ctx must have an island.
func Fork(ctx context.Context) context.Context {
	i := islandOf(ctx).run.newIsland(Outside(ctx))
	if site := SiteOf(ctx); site.maker != nil {
		return newInner(i, *site)
	}
	return i
}

// Outside returns ctx without its island: what a user's function gets, so that
// a stream it runs has an island of its own.
func Outside(ctx context.Context) context.Context {
	if i, ok := ctx.(*Island); ok {
		return i.Context
	}
	if islandOf(ctx) == nil {
		return ctx
	}
	return outside{ctx}
}

type outside struct{ context.Context }

func (o outside) Value(key any) any {
	switch key {
	case islandKey{}:
		return (*Island)(nil)
	case siteKey{}:
		return nil
	}
	return o.Context.Value(key)
}

// RunOf returns the run of a context that [Enter] or [Fork] returned.
func RunOf(ctx context.Context) *Run { return islandOf(ctx).run }

// push adds h to the ready list and gives an idle island to the scheduler.
func (i *Island) push(h *Handle) {
	for !i.ready.CompareAndSwap(nil, h) {
		old := i.ready.Load()
		if h.next = old; i.ready.CompareAndSwap(old, h) {
			break
		}
		h.next = nil
	}
	if !i.scheduled.Load() && i.scheduled.CompareAndSwap(false, true) {
		i.run.sched.Go(i)
	}
}

// hasReady reports whether a head is ready.
func (i *Island) hasReady() bool { return i.last != nil || i.ready.Load() != nil }

// take moves the ready list behind the local queue, oldest first.
func (i *Island) take() {
	h := i.ready.Swap(nil)
	if h == nil {
		return
	}
	tail := h
	var head *Handle
	for h != nil {
		h.state.Store(queued) // as it is: makes the line ours before it is read
		next := h.next
		h.next = head
		head, h = h, next
	}
	i.splice(head, tail)
}

// splice puts a list behind the local queue.
func (i *Island) splice(head, tail *Handle) {
	if i.last == nil {
		tail.next = head
	} else {
		tail.next = i.last.next
		i.last.next = head
	}
	i.last = tail
}

// enqueue puts h at the end of the local queue.
func (i *Island) enqueue(h *Handle) { i.splice(h, h) }

// pop takes the next ready head, or nil.
func (i *Island) pop() *Handle {
	if i.ready.Load() != nil {
		i.take()
	}
	if i.last == nil {
		return nil
	}
	h := i.last.next
	if h == i.last {
		i.last = nil
	} else {
		i.last.next = h.next
	}
	h.next = nil
	return h
}

// Run runs ready heads until none is left, or for about passes passes. It
// reports whether heads are still ready. The caller owns the island until
// Release returns true.
func (i *Island) Run(passes int) (more bool) { return i.turn(passes, 0) }

// turn is Run, and ends also after the pass that makes it longer than limit
// nanoseconds, if that is not 0. Then stamp is the time when it has ended.
func (i *Island) turn(passes int, limit int64) (more bool) {
	returned := false
	defer func() {
		if !returned {
			i.abandoned(recover())
		}
	}()
	i.enter()
	if limit > 0 {
		i.stamp = flow.Now()
	}
	start := i.stamp
	for ; passes > 0; passes-- {
		h := i.pop()
		if h == nil {
			break
		}
		i.pass(h, int(h.batch))
		if limit == 0 {
			continue
		}
		if i.stamp == 0 {
			i.stamp = flow.Now()
		}
		if i.stamp-start > limit {
			break
		}
	}
	more = i.hasReady()
	i.leave()
	returned = true
	return more
}

// single runs h, which was taken from the island, for one pass. It is for a
// scheduler that chooses among heads; the island's other heads stay with it.
func (i *Island) single(h *Handle, n int, done func(emitted int)) {
	i.enter()
	returned := false
	defer func() {
		if returned {
			return
		}
		if i.settle(h, true) {
			i.push(h)
		}
		i.leave()
	}()
	i.now = h
	h.late = false
	h.state.Store(running)
	i.sample(h)
	emitted, again := h.head.Run(n)
	i.sampled()
	done(emitted)
	if i.settle(h, again) {
		i.push(h)
	}
	i.leave()
	returned = true
}

// pass runs h once and decides what becomes of it.
func (i *Island) pass(h *Handle, n int) {
	if i.stamp == 0 && n > 1 {
		i.stamp = flow.Now()
	}
	i.now = h
	h.state.Store(running)
	i.sample(h)
	emitted, again := h.head.Run(n)
	if emitted > 0 {
		i.few = emitted <= fewElements
	}
	i.sampled()
	i.pace(h, emitted, again)
	if i.settle(h, again) {
		i.enqueue(h)
	}
}

// settle decides what becomes of h after a pass. It reports whether h is ready
// for another.
func (i *Island) settle(h *Handle, again bool) bool {
	i.now = nil
	switch {
	case h.over:
		h.state.Store(closed)
		return false
	case !again && h.state.CompareAndSwap(running, parked):
		return false
	}
	h.state.Store(queued)
	return true
}

// pace adapts the batch of h to the time that its pass took. A pass of a
// single element with nothing behind it is not worth a look at the clock.
func (i *Island) pace(h *Handle, emitted int, again bool) {
	if emitted == 0 || (emitted == 1 && !again && i.probe == nil) {
		i.stamp = 0
		return
	}
	now := flow.Now()
	if i.stamp != 0 {
		took := now - i.stamp
		switch {
		case took < shortPass && int(h.batch) <= emitted:
			h.batch = min(2*h.batch, MaxBatch)
		case took > longPass:
			h.batch = max(1, min(h.batch/2, int16(int64(emitted)*shortPass/took)))
		}
	}
	i.stamp = now
}

// abandoned is called when user code has ended the goroutine (Goexit) or
// panicked past all guards. The island goes on elsewhere; the stage that
// called the user's code has failed the stream already.
func (i *Island) abandoned(panicked any) {
	if h := i.now; h != nil {
		i.stamp = 0
		if i.settle(h, true) {
			i.enqueue(h)
		}
	}
	i.leave()
	if panicked != nil {
		panic(panicked)
	}
	i.run.sched.Go(i)
}

// Release gives the island back. It returns false if a head has become ready
// meanwhile: then the caller still owns it and must go on.
func (i *Island) Release() bool {
	if i.hasReady() {
		return false
	}
	i.stamp = 0
	i.scheduled.Store(false)
	return i.ready.Load() == nil || !i.scheduled.CompareAndSwap(false, true)
}
