package scheduler

import (
	"bytes"
	"iter"
	"runtime"
	"slices"
)

// task is a function of a graph. It runs as a coroutine of a [Seeded] scheduler.
type task struct {
	id    string // of its goroutine, once it runs
	next  func() (struct{}, bool)
	yield func(struct{}) bool
	await *Island // nil: it can go on
}

// start makes a task of f.
func (s *Seeded) start(f func()) {
	t := new(task)
	t.next, _ = iter.Pull(func(yield func(struct{}) bool) {
		s.mu.Lock()
		t.id, t.yield = goroutineID(), yield
		s.mu.Unlock()
		f()
	})
	s.mu.Lock()
	s.tasks = append(s.tasks, t)
	s.arouse()
	s.mu.Unlock()
}

// task returns the task that calls it, or nil if another goroutine does.
func (s *Seeded) task() *task {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.tasks) == 0 {
		return nil
	}
	id := goroutineID()
	for _, t := range s.tasks {
		if t.id == id {
			return t
		}
	}
	return nil
}

// goroutineID returns what tells the caller's goroutine from all others: the
// first words of its stack trace.
func goroutineID() string {
	var buf [64]byte
	id, _, _ := bytes.Cut(buf[:runtime.Stack(buf[:], false)], []byte(" ["))
	return string(id)
}

// runnable returns the tasks that can go on.
func (s *Seeded) runnable() (all []*task) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, t := range s.tasks {
		if t.await == nil || t.await.Closed() {
			all = append(all, t)
		}
	}
	return all
}

func (s *Seeded) resume(t *task) {
	t.await = nil
	alive := false
	defer func() { // also when the function has ended the goroutine
		if !alive {
			s.mu.Lock()
			s.tasks = slices.DeleteFunc(s.tasks, func(o *task) bool { return o == t })
			s.mu.Unlock()
		}
	}()
	_, alive = t.next()
}

// wait gives the thread back until i is closed.
func (t *task) wait(i *Island) {
	for !i.Closed() {
		t.await = i
		if !t.yield(struct{}{}) {
			return
		}
	}
}
