package graphs

import (
	"github.com/weirgo/weir/operators"
)

// elementRows are the operators that look at an element together with its place
// in the stream.
func elementRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"MapIndexed", exact, (*draw[T]).mapIndexed},
		{"Pairwise", exact, (*draw[T]).pairwise},
	}
}

func (d *draw[T]) mapIndexed(s stream[T]) stream[T] {
	call := d.function()
	var want []int
	for i, v := range s.want {
		want = append(want, (v+i)%1000)
	}
	return s.then(operators.MapIndexed(s.pub, func(i int64, e T) T {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		return d.mint((v + int(i)) % 1000)
	}), want, "MapIndexed(+index)")
}

// pairwise is by how much an element is more than the one before.
func (d *draw[T]) pairwise(s stream[T]) stream[T] {
	call := d.function()
	more := func(a, b int) int { return max(0, b-a) }
	var want []int
	for i := 1; i < len(s.want); i++ {
		want = append(want, more(s.want[i-1], s.want[i]))
	}
	return s.then(operators.Pairwise(s.pub, func(previous, e T) T {
		v := d.use(previous)
		if err := call(); err != nil {
			panic(err)
		}
		return d.mint(more(v, d.look(e)))
	}), want, "Pairwise(more)")
}
