package scheduler

import (
	"slices"
	"sync"
)

// Inline returns a scheduler without concurrency: islands run one after
// another on the goroutines that wait for them, in the order in which they
// became ready. Where nobody waits, an island runs on the goroutine that makes
// it ready, so that Request returns when there is nothing left to do. The
// functions of a graph run one inside the other's wait.
func Inline() Scheduler { return &inline{} }

// inlineTurn is how many passes an island has before the next one runs.
const inlineTurn = 16

type inline struct {
	mu      sync.Mutex
	queue   []*Island
	tasks   []func()
	running int       // goroutines that run an island
	parked  []*Island // of goroutines in Await, innermost last
}

func (s *inline) Go(i *Island) {
	s.mu.Lock()
	s.queue = append(s.queue, i)
	s.dispatch()
}

func (s *inline) task(f func()) {
	s.mu.Lock()
	s.tasks = append(s.tasks, f)
	if n := len(s.parked); n > 0 {
		s.parked[n-1].signal()
	}
	s.mu.Unlock()
}

// dispatch finds somebody who runs the queue. The lock is held, and released.
func (s *inline) dispatch() {
	if n := len(s.parked); n > 0 {
		s.parked[n-1].signal()
		s.mu.Unlock()
		return
	}
	if s.running > 0 {
		s.mu.Unlock()
		return
	}
	for s.step(false) {
		s.mu.Lock()
	}
}

// step runs the next island, or the next function of a graph if the caller is
// waiting. The lock is held, and released. It returns false if there was
// nothing to run.
func (s *inline) step(waiting bool) bool {
	k := slices.IndexFunc(s.queue, (*Island).borrow)
	switch {
	case k >= 0:
		i := s.queue[k]
		s.queue = slices.Delete(s.queue, k, k+1)
		s.running++
		s.mu.Unlock()
		returned := false
		defer func() {
			i.giveBack()
			s.stepped(returned || waiting)
		}()
		if i.Run(inlineTurn) || !i.Release() {
			s.mu.Lock()
			s.queue = append(s.queue, i)
			s.mu.Unlock()
		}
		returned = true
	case waiting && len(s.tasks) > 0:
		f := s.tasks[0]
		s.tasks = s.tasks[1:]
		s.running++
		s.mu.Unlock()
		returned := false
		defer func() { s.stepped(returned || waiting) }()
		f()
		returned = true
	default:
		s.mu.Unlock()
		return false
	}
	return true
}

// stepped ends a step. If user code has ended the goroutine, another one goes
// on in its place; a sink that waits goes on itself, while it is being closed.
func (s *inline) stepped(goesOn bool) {
	s.mu.Lock()
	s.running--
	if goesOn {
		s.mu.Unlock()
		return
	}
	go s.dispatch() // unlocks
}

func (s *inline) Block(r *Run, fn func()) { goroutines{}.Block(r, fn) }

func (s *inline) Await(i *Island) {
	s.mu.Lock()
	if i.unhold() {
		s.queue = append(s.queue, i)
	}
	i.await()
	for !i.Closed() {
		if s.step(true) {
			s.mu.Lock()
			continue
		}
		i.idle()
		s.mu.Lock()
		if s.due() || i.Closed() {
			continue
		}
		s.parked = append(s.parked, i)
		s.mu.Unlock()
		<-i.owner.wake
		s.mu.Lock()
		k := slices.Index(s.parked, i)
		s.parked = slices.Delete(s.parked, k, k+1)
	}
	s.mu.Unlock()
	i.reclaim()
}

// due reports whether there is something to run. The lock is held.
func (s *inline) due() bool {
	return len(s.tasks) > 0 || slices.ContainsFunc(s.queue, (*Island).free)
}
