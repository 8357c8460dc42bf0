package stage

// Ring is a bounded queue for whoever holds a lock. Its memory grows with what it
// holds.
type Ring[T any] struct {
	Size  int // how many elements it has room for; set before the first
	buf   []T
	first int // the oldest
	n     int
}

// Len returns how many elements it holds.
func (r *Ring[T]) Len() int { return r.n }

// Full reports whether there is no room.
func (r *Ring[T]) Full() bool { return r.n == r.Size }

// Push adds the newest element, for which there must be room.
func (r *Ring[T]) Push(v T) {
	if r.n == len(r.buf) {
		r.grow()
	}
	r.buf[(r.first+r.n)%len(r.buf)] = v
	r.n++
}

// smallRing is how many elements the first memory of a ring is for.
const smallRing = 16

// grow doubles the memory, up to Size.
func (r *Ring[T]) grow() {
	buf := make([]T, min(r.Size, max(smallRing, 2*r.n)))
	k := copy(buf, r.buf[r.first:])
	copy(buf[k:], r.buf[:r.first])
	r.buf, r.first = buf, 0
}

// Pop removes the oldest element. There must be one.
func (r *Ring[T]) Pop() T {
	var zero T
	v := r.buf[r.first]
	r.buf[r.first] = zero
	r.first = (r.first + 1) % len(r.buf)
	r.n--
	return v
}

// Oldest returns the oldest element. There must be one.
func (r *Ring[T]) Oldest() T { return r.buf[r.first] }

// Take moves the n oldest elements, or as many as there are, to the end of dst.
func (r *Ring[T]) Take(dst []T, n int) []T {
	for range min(n, r.n) {
		dst = append(dst, r.Pop())
	}
	return dst
}

// Free gives the memory back, of a ring that is empty.
func (r *Ring[T]) Free() { r.buf, r.first = nil, 0 }
