package operators

import (
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// joinSide is a source of a [JoinWithin]: its elements that wait for demand, in
// the port, and those that may find a partner.
type joinSide[T any, K comparable] struct {
	stage.Port[T]
	key    func(T) K
	window time.Duration
	came   []joinMoment // when the elements in the port have
	hand   *joined[T, K]
	oldest *joined[T, K]
	newest *joined[T, K]
	byKey  map[K]joinKey[T, K]
	cursor *joined[T, K] // the next partner of the element in the other hand
	kept   int           // that may find a partner, and the one in hand
	idle   int           // of them, those that have found none
	free   *joined[T, K]
	in     stage.One[T]
}

// joinMoment is when so many elements have come one after another.
type joinMoment struct {
	at int64
	n  int
}

// joined is an element that has been looked at.
type joined[T any, K comparable] struct {
	v     [1]T
	key   K
	at    int64
	used  bool          // it has found a partner
	later *joined[T, K] // the next that has come
	same  *joined[T, K] // the next of its key
}

// joinKey is the elements of one key, in the order in which they have come.
type joinKey[T any, K comparable] struct{ first, last *joined[T, K] }

func (j *joinSide[T, K]) OnNext(v T) { j.OnNextBatch(j.in.One(v)) }

// OnNextBatch notes when vs have come.
func (j *joinSide[T, K]) OnNextBatch(vs []T) {
	before := j.Held()
	j.Port.OnNextBatch(vs)
	n, now := j.Held()-before, flow.Now()
	switch k := len(j.came) - 1; {
	case n == 0:
	case k >= 0 && j.came[k].at == now:
		j.came[k].n += n
	default:
		j.came = append(j.came, joinMoment{now, n})
	}
}

// waits returns when the first element has come that was not looked at, or not
// combined with all of its partners.
func (j *joinSide[T, K]) waits() (at int64, some bool) {
	switch {
	case j.hand != nil:
		return j.hand.at, true
	case len(j.came) > 0:
		return j.came[0].at, true
	}
	return 0, false
}

// begin takes the first element into the hand.
func (j *joinSide[T, K]) begin() {
	key := j.key(j.Front(1)[0])
	h := j.free
	if h == nil {
		h = new(joined[T, K])
	} else {
		j.free = h.later
	}
	vs := j.Take(1)
	*h = joined[T, K]{v: [1]T{vs[0]}, key: key, at: j.came[0].at}
	j.Tidy(vs)
	if j.came[0].n--; j.came[0].n == 0 {
		j.came = j.came[:copy(j.came, j.came[1:])]
	}
	j.hand = h
	j.kept++
	j.idle++
}

// find sets the cursor to the first partner of an element.
func (j *joinSide[T, K]) find(key K, at int64) {
	j.cursor = j.byKey[key].first
	for j.cursor != nil && stage.Later(j.cursor.at, j.window) < at {
		j.cursor = j.cursor.same
	}
}

// use returns how many of the two are combined for the first time: 0 or 1.
func (j *joinSide[T, K]) use(h *joined[T, K]) int64 {
	if h.used {
		return 0
	}
	h.used = true
	j.idle--
	return 1
}

// pair returns the element of this side for the next pair: that in hand, or the
// next partner of the one in the other hand.
func (j *joinSide[T, K]) pair() *joined[T, K] {
	if j.hand != nil {
		return j.hand
	}
	return j.cursor
}

// step goes on to the next partner.
func (j *joinSide[T, K]) step() {
	if j.cursor != nil {
		j.cursor = j.cursor.same
	}
}

// settle puts the element in hand among those that may find a partner, or lets
// go of it where none comes.
func (j *joinSide[T, K]) settle(alone bool) {
	h := j.hand
	j.hand = nil
	if alone || !same(h.key, h.key) { // no map would find such a key again
		j.let(h, flow.Filtered)
		return
	}
	if j.newest != nil {
		j.newest.later = h
	} else {
		j.oldest = h
	}
	j.newest = h
	if j.byKey == nil {
		j.byKey = make(map[K]joinKey[T, K])
	}
	k, some := j.byKey[h.key]
	if some {
		k.last.same = h
	} else {
		k.first = h
	}
	k.last = h
	j.byKey[h.key] = k
}

// leaves returns when the oldest element becomes too old, unless an element of
// the other side that came before that waits, since when.
func (j *joinSide[T, K]) leaves(since int64, waits bool) (at int64, some bool) {
	if j.oldest == nil {
		return 0, false
	}
	at = stage.Later(j.oldest.at, j.window)
	return at, !waits || since > at
}

// drop lets go of the oldest element.
func (j *joinSide[T, K]) drop(reason flow.Reason) {
	h := j.oldest
	if j.oldest = h.later; j.oldest == nil {
		j.newest = nil
	}
	if k := j.byKey[h.key]; h.same == nil {
		delete(j.byKey, h.key)
	} else {
		j.byKey[h.key] = joinKey[T, K]{h.same, k.last}
	}
	j.let(h, reason)
}

// let lets go of an element. One that was combined is accounted for.
func (j *joinSide[T, K]) let(h *joined[T, K], reason flow.Reason) {
	v, used := h.v, h.used
	*h = joined[T, K]{later: j.free}
	j.free = h
	j.kept--
	if used {
		j.Tell(v[:], reason)
		return
	}
	j.idle--
	j.Let(v[:], reason)
}

// dropAll lets go of all that may find a partner.
func (j *joinSide[T, K]) dropAll(reason flow.Reason) {
	for j.oldest != nil {
		j.drop(reason)
	}
}

// Drop leaves the source and lets go of everything.
func (j *joinSide[T, K]) Drop(reason flow.Reason) {
	j.dropAll(reason)
	if h := j.hand; h != nil {
		j.hand = nil
		j.let(h, reason)
	}
	j.cursor, j.came = nil, nil
	j.Port.Drop(reason)
}
