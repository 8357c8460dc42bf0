package scheduler

import (
	"sync"
	"sync/atomic"
)

// owner is the goroutine that waits on an island: a sink, or a graph.
type owner struct {
	wake    chan struct{}
	idle    func() // called before it waits, if not nil
	held    bool   // by a sink that has not called Await yet
	foreign bool   // a goroutine that the scheduler does not own
	place   place  // where it runs
	closed  atomic.Bool

	mu     sync.Mutex
	awaits bool // it is in Await: only then may another goroutine run the island
	lent   bool // somebody runs the island
	missed bool // somebody has claimed the island in vain
}

// Close ends the [Scheduler.Await] on i.
func (i *Island) Close() {
	i.owner.closed.Store(true)
	i.signal()
	if s, ok := i.run.sched.(*Seeded); ok {
		s.again() // a function of a graph may go on
	}
}

// Reopen makes another Await possible.
func (i *Island) Reopen() { i.owner.closed.Store(false) }

// Closed reports whether Close was called.
func (i *Island) Closed() bool { return i.owner.closed.Load() }

// signal wakes the goroutine in Await.
func (i *Island) signal() {
	select {
	case i.owner.wake <- struct{}{}:
	default:
	}
}

// OnIdle lets the goroutine in Await call f each time before it waits.
func (i *Island) OnIdle(f func()) { i.owner.idle = f }

// idle is called by a scheduler before the goroutine in Await waits.
func (i *Island) idle() {
	if f := i.owner.idle; f != nil && !i.Closed() {
		f()
	}
}

// idleAlone is idle on a scheduler on which others may run the island: what is
// called uses what the island writes. Whoever runs the island now will tell the
// owner when there is nothing left to do. It reports what giveBack does.
func (i *Island) idleAlone() (missed bool) {
	if i.owner.idle == nil || !i.borrow() {
		return false
	}
	returned := false
	defer func() {
		if missed = i.giveBack(); missed && !returned {
			i.remember() // the goroutine is ending
		}
	}()
	i.idle()
	returned = true
	return false
}

// remember lets the next Await know that the island was claimed in vain.
func (i *Island) remember() {
	i.owner.mu.Lock()
	defer i.owner.mu.Unlock()
	i.owner.missed = true
}

// tellIdle lets the owner call what it calls before it waits.
func (i *Island) tellIdle() {
	if i.owner != nil && i.owner.idle != nil {
		i.signal()
	}
}

// over reports whether the island has an owner that does not wait any more.
func (i *Island) over() bool { return i.owner != nil && i.Closed() }

// unhold reports, once, whether a sink has held the island back until now.
func (i *Island) unhold() bool {
	held := i.owner.held
	i.owner.held = false
	return held
}

// await begins an Await for a scheduler on which others may run the island. It
// reports whether somebody has claimed the island in vain.
func (i *Island) await() (missed bool) {
	o := i.owner
	o.mu.Lock()
	defer o.mu.Unlock()
	o.awaits = true
	return o.took()
}

// refuse ends it: nobody else may run the island any more. It reports whether
// somebody does.
func (i *Island) refuse() (lent bool) {
	o := i.owner
	o.mu.Lock()
	defer o.mu.Unlock()
	o.awaits = false
	return o.lent
}

// reclaim waits for whoever runs the island, and then refuses it to others: the
// owner's other code uses what the island writes.
func (i *Island) reclaim() {
	for i.refuse() {
		<-i.owner.wake
	}
}

// borrow asks for the right to run the island now.
func (i *Island) borrow() bool {
	o := i.owner
	if o == nil {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.free() {
		return false
	}
	o.lent = true
	return true
}

// claim is borrow for a scheduler that forgets an island which it cannot have:
// await or giveBack will report that it was claimed.
func (i *Island) claim() bool {
	if i.owner == nil {
		return true
	}
	o := i.owner
	o.mu.Lock()
	defer o.mu.Unlock()
	if !o.free() {
		o.missed = true
		return false
	}
	o.lent = true
	return true
}

// free reports whether borrow would succeed.
func (i *Island) free() bool {
	o := i.owner
	if o == nil {
		return true
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.free()
}

func (o *owner) free() bool { return o.awaits && !o.lent }

// took reports, once, whether the island was claimed in vain and can be had
// now. The lock is held.
func (o *owner) took() bool {
	missed := o.missed && o.free()
	if missed {
		o.missed = false
	}
	return missed
}

// giveBack ends a successful borrow or claim. It reports whether somebody has
// claimed the island in vain meanwhile.
func (i *Island) giveBack() (missed bool) {
	o := i.owner
	if o == nil {
		return false
	}
	o.mu.Lock()
	o.lent = false
	waits := !o.awaits
	missed = o.took()
	o.mu.Unlock()
	if waits {
		i.signal()
	}
	return missed
}
