// Package ring is a bounded queue between two islands: one goroutine at a time
// pushes, one at a time takes.
package ring

import (
	"fmt"
	"sync/atomic"
)

// SPSC is a single-producer single-consumer queue of at most Cap elements. Its
// memory is allocated with the first element, so an idle queue costs two words.
//
// Elements are published and freed with one atomic store per batch, and the
// producer keeps a copy of the consumer's index, so that in steady state a
// batch costs one cache miss.
type SPSC[T any] struct {
	cap  int
	core atomic.Pointer[core[T]] // stored by the producer, before the first tail
}

type core[T any] struct {
	buf  []T
	mask uint64

	// The producer's side.
	tail   atomic.Uint64 // elements pushed
	cached uint64        // head as the producer saw it last

	_ [64]byte

	// The consumer's side.
	head atomic.Uint64 // elements freed
	next uint64        // elements handed out; head catches up with Free
}

// Init sets the capacity, which must be positive.
func (r *SPSC[T]) Init(capacity int) { r.cap = capacity }

// Cap returns the capacity.
func (r *SPSC[T]) Cap() int { return r.cap }

// Len returns the number of elements in the queue, handed out ones included.
func (r *SPSC[T]) Len() int {
	c := r.core.Load()
	if c == nil {
		return 0
	}
	return int(c.tail.Load() - c.head.Load())
}

// Push appends vs. It returns false, and pushes nothing, if they do not fit.
// Only the producer may call it.
func (r *SPSC[T]) Push(vs []T) bool {
	c := r.room(len(vs))
	if c == nil {
		return false
	}
	tail := c.tail.Load()
	n := copy(c.buf[tail&c.mask:], vs)
	copy(c.buf, vs[n:])
	c.tail.Store(tail + uint64(len(vs)))
	return true
}

// Push1 is Push for one element.
func (r *SPSC[T]) Push1(v T) bool {
	c := r.room(1)
	if c == nil {
		return false
	}
	tail := c.tail.Load()
	c.buf[tail&c.mask] = v
	c.tail.Store(tail + 1)
	return true
}

// room returns the core if n more elements fit, else nil.
func (r *SPSC[T]) room(n int) *core[T] {
	c := r.core.Load()
	if c == nil {
		c = r.alloc()
	}
	if end := c.tail.Load() + uint64(n); end-c.cached > uint64(r.cap) {
		c.cached = c.head.Load()
		if end-c.cached > uint64(r.cap) {
			return nil
		}
	}
	return c
}

func (r *SPSC[T]) alloc() *core[T] {
	size := 1
	for size < r.cap {
		size *= 2
	}
	c := &core[T]{buf: make([]T, size), mask: uint64(size - 1)}
	r.core.Store(c)
	return c
}

// Peek returns at most n elements in order, as many as lie in one piece. They
// stay in the queue until Free. Only the consumer may call it.
func (r *SPSC[T]) Peek(n int) []T {
	c := r.core.Load()
	if c == nil {
		return nil
	}
	have := c.tail.Load() - c.next
	if have == 0 {
		return nil
	}
	at := c.next & c.mask
	n = min(n, int(have), len(c.buf)-int(at))
	return c.buf[at : at+uint64(n)]
}

// Take counts the first n elements of the last Peek as handed out: the next
// Peek begins behind them.
func (r *SPSC[T]) Take(n int) { r.core.Load().next += uint64(n) }

// Free gives the room of all elements handed out back to the producer. wipe
// says that they hold pointers, which are cleared.
func (r *SPSC[T]) Free(wipe bool) {
	c := r.core.Load()
	if c == nil {
		return
	}
	if wipe {
		for h := c.head.Load(); h != c.next; {
			at := h & c.mask
			n := min(c.next-h, uint64(len(c.buf))-at)
			clear(c.buf[at : at+n])
			h += n
		}
	}
	c.head.Store(c.next)
}

// String describes the queue for a debugger.
func (r *SPSC[T]) String() string { return fmt.Sprintf("ring(%d of %d)", r.Len(), r.cap) }
