package operators

// waitingLine holds elements until the times at which they are due, which do
// not fall from one to the next. Its memory grows with the elements.
type waitingLine[T any] struct {
	ring   []waiting[T]
	oldest int
	count  int
}

type waiting[T any] struct {
	v  T
	at int64
}

func (l *waitingLine[T]) len() int { return l.count }

// first returns when the oldest element is due.
func (l *waitingLine[T]) first() int64 { return l.time(0) }

// at returns the i-th oldest element.
func (l *waitingLine[T]) at(i int) T { return l.ring[(l.oldest+i)%len(l.ring)].v }

// time returns the time of the i-th oldest element.
func (l *waitingLine[T]) time(i int) int64 { return l.ring[(l.oldest+i)%len(l.ring)].at }

// push adds vs, of which there are never more than limit.
func (l *waitingLine[T]) push(vs []T, at int64, limit int) {
	if need := l.count + len(vs); need > len(l.ring) {
		l.grow(max(need, min(max(8, 2*len(l.ring)), limit)))
	}
	for _, v := range vs {
		l.ring[(l.oldest+l.count)%len(l.ring)] = waiting[T]{v, at}
		l.count++
	}
}

func (l *waitingLine[T]) grow(size int) {
	ring := make([]waiting[T], size)
	n := copy(ring, l.ring[l.oldest:min(len(l.ring), l.oldest+l.count)])
	copy(ring[n:], l.ring[:l.count-n])
	l.ring, l.oldest = ring, 0
}

// due returns how many elements are due at the moment now, at most n.
func (l *waitingLine[T]) due(now int64, n int) int {
	n = min(n, l.count)
	for i := range n {
		if l.time(i) > now {
			return i
		}
	}
	return n
}

// pop takes the oldest elements, as many as dst has room for.
func (l *waitingLine[T]) pop(dst []T) {
	for i := range dst {
		dst[i] = l.at(i)
	}
	l.forget(len(dst))
}

// forget removes the n oldest elements.
func (l *waitingLine[T]) forget(n int) {
	for range n {
		l.ring[l.oldest] = waiting[T]{}
		l.oldest = (l.oldest + 1) % len(l.ring)
	}
	l.count -= n
}
