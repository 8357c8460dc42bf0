package stage

// Ring is a bounded queue for whoever holds a lock. Its memory comes with the
// first element.
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
	if r.buf == nil {
		r.buf = make([]T, r.Size)
	}
	r.buf[(r.first+r.n)%r.Size] = v
	r.n++
}

// Pop removes the oldest element. There must be one.
func (r *Ring[T]) Pop() T {
	var zero T
	v := r.buf[r.first]
	r.buf[r.first] = zero
	r.first = (r.first + 1) % r.Size
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
func (r *Ring[T]) Free() { r.buf = nil }
