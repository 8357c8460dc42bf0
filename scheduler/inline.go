package scheduler

import (
	"slices"
	"sync"
)

// Inline returns a scheduler without goroutines of its own: islands run on the
// goroutines that wait for them, one after another, in the order in which they
// became ready. Where nobody waits, an island runs on the goroutine that makes
// it ready, so that Request returns when there is nothing left to do. With one
// goroutine that waits there is no concurrency; the functions of a graph have
// a goroutine each, and each runs what is ready while it waits.
func Inline() Scheduler { return &inline{} }

// inlineTurn is how many passes an island has before the next one runs.
const inlineTurn = 16

type inline struct {
	mu      sync.Mutex
	queue   []*Island
	running int       // goroutines that run an island
	parked  []*Island // of goroutines in Await, innermost last
}

func (s *inline) Go(i *Island) {
	s.mu.Lock()
	s.queue = append(s.queue, i)
	s.dispatch()
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

// step runs the next island. The lock is held, and released. It returns false
// if there was nothing to run.
func (s *inline) step(waiting bool) bool {
	k := slices.IndexFunc(s.queue, (*Island).borrow)
	if k < 0 {
		s.mu.Unlock()
		return false
	}
	i := s.queue[k]
	s.queue = slices.Delete(s.queue, k, k+1)
	s.running++
	s.mu.Unlock()
	returned := false
	defer func() {
		i.giveBack()
		i.tellIdle()
		s.stepped(returned || waiting)
	}()
	if i.Run(inlineTurn) || !i.Release() {
		s.mu.Lock()
		s.queue = append(s.queue, i)
		s.mu.Unlock()
	}
	returned = true
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

// handOver wakes another goroutine for what the one that leaves may have been
// woken for. The lock is held.
func (s *inline) handOver() {
	if n := len(s.parked); n > 0 && len(s.queue) > 0 {
		s.parked[n-1].signal()
	}
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
		i.idleAlone()
		s.mu.Lock()
		if slices.ContainsFunc(s.queue, (*Island).free) || i.Closed() {
			continue
		}
		s.parked = append(s.parked, i)
		s.mu.Unlock()
		<-i.owner.wake
		s.mu.Lock()
		k := slices.Index(s.parked, i)
		s.parked = slices.Delete(s.parked, k, k+1)
	}
	s.handOver()
	s.mu.Unlock()
	i.reclaim()
}
