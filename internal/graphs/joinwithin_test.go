package graphs

import (
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// joinWithinRows are the operators that join streams by key.
func joinWithinRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"JoinWithin", unknown, (*draw[T]).joinWithin},
	}
}

// joinWithin joins s with another stream in a short time, or each of its
// elements with one. That may come too late for some of them.
func (d *draw[T]) joinWithin(s stream[T]) stream[T] {
	join, c := d.viewed(), d.capacity()
	if d.intn(2) == 0 {
		keys, window := oneOf(d, 1, 2, 7, 100), d.pause()
		key := func(v int) int { return v % keys }
		srcs, wants := d.beside(1)
		return s.then(operators.JoinWithin(s.pub, srcs[0], window, c, d.key(key), d.key(key), func(a, b T) T { return join(a, b) }),
			nil, "JoinWithin(%d, %v, %d, %%%d)", len(wants[0]), window, c, keys).atLeast(unknown)
	}
	w := d.intn(100)
	one := d.minted(sources.Of(w))
	zero := d.key(func(int) int { return 0 })
	d.timed = true // where the one fails to come, its side is full for a while
	return s.then(operators.JoinWithin(one, s.pub, time.Minute, c, zero, zero, func(a, b T) T { return join(a, b) }),
		mapped(s.want, func(v int) int { return (v + w) % 100 }), "JoinWithin(Of %d, %d)", w, c).atLeast(lossy)
}
