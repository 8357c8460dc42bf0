package graphs

import (
	"slices"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// expandRows are the operators whose function gets what they emit.
func expandRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"Expand", unknown, (*draw[T]).expand},
	}
}

// expand makes smaller elements of each one below a limit, level by level.
func (d *draw[T]) expand(s stream[T]) stream[T] {
	fewer, by := 1+d.intn(3), 3+d.intn(4)
	sizes := func(v int) (out []int) {
		for i := range max(v, 0) % 40 / 10 {
			out = append(out, (max(v, 0)%40)/by+i%fewer)
		}
		return out
	}
	want, level := s.want, s.want
	for len(level) > 0 {
		var next []int
		for _, v := range level {
			next = append(next, sizes(v)...)
		}
		want, level = slices.Concat(want, next), next
	}
	call, async := d.function(), d.intn(4) == 0
	out := operators.Expand(s.pub, 1<<18, func(e T) flow.Publisher[T] {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		src := operators.Map(sources.Slice(sizes(v)), d.mint)
		if async {
			src = operators.Async(src, 2)
		}
		return src
	})
	return s.then(out, want, "Expand(/%d, %d)", by, fewer)
}
