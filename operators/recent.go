package operators

// recentKeys is the set of the keys seen last, at most capacity of them. Its
// memory grows with the keys.
type recentKeys[K comparable] struct {
	capacity int
	index    map[K]int // where a key is in ring
	ring     []recentKey[K]
	newest   int
}

// recentKey is in a ring: the older one of the oldest is the newest.
type recentKey[K comparable] struct {
	key          K
	newer, older int
}

// see makes k the newest key, and reports whether it was in the set. The
// oldest one leaves where there is no room.
func (r *recentKeys[K]) see(k K) (known bool) {
	at, known := r.index[k]
	switch {
	case known:
		r.unlink(at)
	case !same(k, k):
		return false // holds a NaN, which no map finds again
	case len(r.ring) < r.capacity:
		if r.index == nil {
			r.index = make(map[K]int)
		}
		at = len(r.ring)
		r.ring = append(r.ring, recentKey[K]{key: k})
	default:
		at = r.ring[r.newest].newer // the oldest
		delete(r.index, r.ring[at].key)
		r.unlink(at)
		r.ring[at].key = k
	}
	if !known {
		r.index[k] = at
	}
	r.link(at)
	return known
}

func same[K comparable](a, b K) bool { return a == b }

func (r *recentKeys[K]) unlink(at int) {
	newer, older := r.ring[at].newer, r.ring[at].older
	r.ring[newer].older, r.ring[older].newer = older, newer
	if r.newest == at {
		r.newest = older
	}
}

// link puts an entry that is in no list in front of the newest.
func (r *recentKeys[K]) link(at int) {
	e := &r.ring[at]
	if len(r.ring) == 1 {
		e.newer, e.older = at, at
	} else {
		oldest := r.ring[r.newest].newer
		e.older, e.newer = r.newest, oldest
		r.ring[r.newest].newer, r.ring[oldest].older = at, at
	}
	r.newest = at
}
