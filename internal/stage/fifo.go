package stage

// fifo is a queue that grows.
type fifo[T any] struct {
	buf   []T // its length is a power of two
	first int
	n     int
	wipe  bool
}

func (q *fifo[T]) push(vs []T) {
	if need := q.n + len(vs); need > len(q.buf) {
		size := max(8, len(q.buf))
		for size < need {
			size *= 2
		}
		buf := make([]T, size)
		q.copy(buf[:q.n])
		q.buf, q.first = buf, 0
	}
	at := (q.first + q.n) & (len(q.buf) - 1)
	k := copy(q.buf[at:], vs)
	copy(q.buf, vs[k:])
	q.n += len(vs)
}

func (q *fifo[T]) push1(v T) {
	if q.n == len(q.buf) {
		q.push([]T{v})
		return
	}
	q.buf[(q.first+q.n)&(len(q.buf)-1)] = v
	q.n++
}

// copy copies the oldest elements to dst, which is not longer than the queue.
func (q *fifo[T]) copy(dst []T) {
	k := copy(dst, q.buf[q.first:])
	copy(dst[k:], q.buf)
}

// pop takes the oldest elements, as many as dst has room for.
func (q *fifo[T]) pop(dst []T) {
	q.copy(dst)
	if q.wipe {
		k := min(len(dst), len(q.buf)-q.first)
		clear(q.buf[q.first : q.first+k])
		clear(q.buf[:len(dst)-k])
	}
	q.n -= len(dst)
	if q.n == 0 {
		q.first = 0
		return
	}
	q.first = (q.first + len(dst)) & (len(q.buf) - 1)
}

// pop1 takes the oldest element.
func (q *fifo[T]) pop1() (v T) {
	at := &q.buf[q.first]
	v = *at
	if q.wipe {
		var zero T
		*at = zero
	}
	q.n--
	q.first = (q.first + 1) & (len(q.buf) - 1)
	return v
}
