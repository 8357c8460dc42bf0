package scheduler

// fifo is a queue of islands.
type fifo struct {
	out  []*Island // from next on, the oldest first
	next int
	in   []*Island // younger than those
}

// fifoKeep is how many islands an empty queue keeps room for.
const fifoKeep = 64

func (q *fifo) len() int { return len(q.out) - q.next + len(q.in) }

func (q *fifo) push(i *Island) { q.in = append(q.in, i) }

// pop returns the oldest island, or nil.
func (q *fifo) pop() *Island {
	if q.next == len(q.out) {
		q.out, q.in, q.next = q.in, q.out[:0], 0
	}
	if q.len() == 0 {
		if cap(q.out)+cap(q.in) > 2*fifoKeep {
			*q = fifo{}
		}
		return nil
	}
	i := q.out[q.next]
	q.out[q.next] = nil
	q.next++
	return i
}
