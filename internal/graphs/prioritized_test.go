package graphs

import (
	"slices"

	"github.com/weirgo/weir/operators"
)

// prioritizedRows are the operators that choose between streams.
func prioritizedRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"MergePrioritized", unknown, (*draw[T]).mergePrioritized},
	}
}

func (d *draw[T]) mergePrioritized(s stream[T]) stream[T] {
	srcs, wants := d.beside(d.intn(3))
	srcs = append(srcs, s.pub)
	want := s.want
	for _, w := range wants {
		want = slices.Concat(want, w)
	}
	var weights []int
	for range srcs {
		weights = append(weights, oneOf(d, 1, 2, 7, 1<<50))
	}
	c := d.capacity()
	out := s.then(operators.MergePrioritized(c, weights, srcs...), want, "MergePrioritized(%d, %v)", c, weights)
	if len(srcs) > 1 {
		return out.atLeast(unsorted)
	}
	return out
}
