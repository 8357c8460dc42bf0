package graphs

import (
	"github.com/weirgo/weir/operators"
)

// balance draws a chain that is dealt out, and merged again.
func (d *draw[T]) balance(depth int) stream[T] {
	s := d.chain(depth)
	n, c := 1+d.intn(3), d.capacity()
	outs := operators.Balance(s.pub, n, c)
	all := s.then(nil, s.want, "Balance(%d, %d)", n, c)
	if n > 1 {
		all = all.atLeast(unsorted)
	}
	for i := range outs {
		if d.intn(2) == 0 {
			capacity := d.capacity()
			outs[i] = operators.Async(outs[i], capacity)
			all.words += " (· Async)"
		}
	}
	c = d.capacity()
	return all.then(operators.Merge(c, outs...), all.want, "Merge(%d)", c)
}
