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
//
// Calls that have a goroutine of their own, as those of operators.MapAsync, run
// no island: what they make ready while nobody waits gets a goroutine.
func Inline() Scheduler { return &inline{} }

// inlineTurn is how many passes an island has before the next one runs.
const inlineTurn = 16

type inline struct {
	mu     sync.Mutex
	queue  []*Island
	busy   int       // goroutines that look at the queue before they wait or leave
	parked []*Island // of goroutines in Await, innermost last
	hosts  int       // goroutines of Block
}

func (s *inline) Go(i *Island) {
	s.mu.Lock()
	s.queue = append(s.queue, i)
	if !s.dispatch() {
		return
	}
	if s.onHost() {
		go s.drain()
	} else {
		s.drain()
	}
}

// dispatch finds somebody who runs the queue. It returns true if there is
// nobody: then the caller is busy and has to. The lock is held, and released.
func (s *inline) dispatch() bool {
	defer s.mu.Unlock()
	if n := len(s.parked); n > 0 {
		s.parked[n-1].signal()
		return false
	}
	if s.busy > 0 {
		return false
	}
	s.busy++
	return true
}

// drain runs islands until none is left. If user code ends the goroutine,
// another one goes on in its place.
func (s *inline) drain() {
	returned := false
	defer func() {
		if !returned {
			go s.drain()
		}
	}()
	for {
		i := s.next()
		if i == nil {
			break
		}
		s.step(i)
	}
	returned = true
}

// next takes the next island that can run from the queue, or returns nil: then
// the caller is not busy any more.
func (s *inline) next() *Island {
	s.mu.Lock()
	defer s.mu.Unlock()
	i := s.take()
	if i == nil {
		s.busy--
	}
	return i
}

// take takes the next island that can run from the queue. The lock is held.
func (s *inline) take() *Island {
	k := slices.IndexFunc(s.queue, (*Island).borrow)
	if k < 0 {
		return nil
	}
	i := s.queue[k]
	s.queue = slices.Delete(s.queue, k, k+1)
	return i
}

// step gives i its turn.
func (s *inline) step(i *Island) {
	defer func() {
		i.giveBack()
		i.tellIdle()
	}()
	if i.Run(inlineTurn) || !i.Release() {
		s.mu.Lock()
		s.queue = append(s.queue, i)
		s.mu.Unlock()
	}
}

// hostFrame is the name of the function at the bottom of a host's stack.
const hostFrame = "github.com/weirgo/weir/scheduler.(*inline).host"

func (s *inline) Block(r *Run, fn func()) {
	r.acquire()
	s.count(1)
	go s.host(r, fn)
}

// host is the life of a goroutine of Block. It runs no island: user code there
// that ends the goroutine would end fn as well.
//
//go:noinline
func (s *inline) host(r *Run, fn func()) {
	defer r.release()
	defer s.count(-1)
	fn()
}

func (s *inline) count(hosts int) {
	s.mu.Lock()
	s.hosts += hosts
	s.mu.Unlock()
}

// onHost reports whether the calling goroutine is a host, or may be a coroutine
// of one.
func (s *inline) onHost() bool {
	s.mu.Lock()
	some := s.hosts > 0
	s.mu.Unlock()
	return some && bottomIs(hostFrame, coroutineFrame)
}

func (s *inline) Await(i *Island) {
	s.mu.Lock()
	if i.unhold() {
		s.queue = append(s.queue, i)
	}
	i.await()
	s.busy++
	s.mu.Unlock()
	defer s.leave(i)
	for !i.Closed() {
		s.mu.Lock()
		ready := s.take()
		s.mu.Unlock()
		if ready != nil {
			s.step(ready)
			continue
		}
		i.idleAlone()
		s.park(i)
	}
}

// park waits until there may be something to do.
func (s *inline) park(i *Island) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.queue, (*Island).free) || i.Closed() {
		return
	}
	s.busy--
	s.parked = append(s.parked, i)
	s.mu.Unlock()
	<-i.owner.wake
	s.mu.Lock()
	s.busy++
	k := slices.Index(s.parked, i)
	s.parked = slices.Delete(s.parked, k, k+1)
}

// leave ends an Await, also where user code ends the goroutine, and lets others
// run what the one that leaves may have been woken for.
func (s *inline) leave(i *Island) {
	i.refuse()
	s.mu.Lock()
	s.busy--
	if !slices.ContainsFunc(s.queue, (*Island).free) {
		s.mu.Unlock()
	} else if s.dispatch() {
		go s.drain()
	}
	i.reclaim()
}
