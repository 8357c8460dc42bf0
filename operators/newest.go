package operators

// newest is a ring of the n elements that came last. Its memory grows with
// them.
type newest[T any] struct {
	n    int
	ring []T
	at   int // of the oldest, once there are n
	gone int // how many were taken out again
}

func (r *newest[T]) held() int { return len(r.ring) - r.gone }

// push adds vs, at most n elements, and returns those that had to make room,
// oldest first, in out, which is as long as vs.
func (r *newest[T]) push(vs, out []T) (older []T) {
	room := min(r.n-len(r.ring), len(vs))
	r.ring = append(r.ring, vs[:room]...)
	vs = vs[room:]
	for i, v := range vs {
		out[i] = r.ring[r.at]
		r.ring[r.at] = v
		if r.at++; r.at == r.n {
			r.at = 0
		}
	}
	return out[:len(vs)]
}

// pop takes out at most n of the oldest elements that lie in one piece.
// Nothing is pushed after it.
func (r *newest[T]) pop(n int) []T {
	n = min(n, r.held(), len(r.ring)-r.at)
	vs := r.ring[r.at : r.at+n]
	r.gone += n
	if r.at += n; r.at == len(r.ring) {
		r.at = 0
	}
	return vs
}
