// Package ring is a bounded queue between two islands: one goroutine at a time
// pushes, one at a time takes.
package ring

import (
	"fmt"
	"sync/atomic"
)

// SPSC is a single-producer single-consumer queue of at most Cap elements. Its
// memory is allocated with the first element.
//
// Elements are published and freed with one atomic store per batch, and each
// side keeps a copy of the other's index, so that in steady state a batch
// costs one cache miss.
type SPSC[T any] struct {
	cap  int
	mask uint64
	buf  []T // allocated by the producer before the first store of tail

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
func (r *SPSC[T]) Len() int { return int(r.tail.Load() - r.head.Load()) }

// Push appends vs. It returns false, and pushes nothing, if they do not fit.
// Only the producer may call it.
func (r *SPSC[T]) Push(vs []T) bool {
	tail := r.tail.Load()
	if !r.fits(tail, len(vs)) {
		return false
	}
	at := tail & r.mask
	n := copy(r.buf[at:], vs)
	copy(r.buf, vs[n:])
	r.tail.Store(tail + uint64(len(vs)))
	return true
}

// Push1 is Push for one element.
func (r *SPSC[T]) Push1(v T) bool {
	tail := r.tail.Load()
	if !r.fits(tail, 1) {
		return false
	}
	r.buf[tail&r.mask] = v
	r.tail.Store(tail + 1)
	return true
}

func (r *SPSC[T]) fits(tail uint64, n int) bool {
	if tail+uint64(n)-r.cached > uint64(r.cap) {
		r.cached = r.head.Load()
		if tail+uint64(n)-r.cached > uint64(r.cap) {
			return false
		}
	}
	if r.buf == nil {
		r.alloc()
	}
	return true
}

func (r *SPSC[T]) alloc() {
	size := 1
	for size < r.cap {
		size *= 2
	}
	r.buf = make([]T, size)
	r.mask = uint64(size - 1)
}

// Peek returns at most n elements in order, as many as lie in one piece. They
// stay in the queue until Free. Only the consumer may call it.
func (r *SPSC[T]) Peek(n int) []T {
	have := r.tail.Load() - r.next
	if have == 0 {
		return nil
	}
	at := r.next & r.mask
	n = min(n, int(have), len(r.buf)-int(at))
	return r.buf[at : at+uint64(n)]
}

// Take counts the first n elements of the last Peek as handed out: the next
// Peek begins behind them.
func (r *SPSC[T]) Take(n int) { r.next += uint64(n) }

// Free gives the room of all elements handed out back to the producer. wipe
// says that they hold pointers, which are cleared.
func (r *SPSC[T]) Free(wipe bool) {
	if wipe {
		for h := r.head.Load(); h != r.next; {
			at := h & r.mask
			n := min(r.next-h, uint64(len(r.buf))-at)
			clear(r.buf[at : at+n])
			h += n
		}
	}
	r.head.Store(r.next)
}

// String describes the queue for a debugger.
func (r *SPSC[T]) String() string { return fmt.Sprintf("ring(%d of %d)", r.Len(), r.cap) }
