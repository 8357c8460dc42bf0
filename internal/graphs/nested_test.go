package graphs

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// concat draws several chains, one after the other.
func (d *draw[T]) concat(depth int) stream[T] {
	var srcs []flow.Publisher[T]
	var all stream[T]
	for range 1 + d.intn(3) {
		s := d.chain(depth)
		srcs = append(srcs, s.pub)
		all.want = append(all.want, s.want...)
		all.mode = max(all.mode, s.mode)
		all.words += "(" + s.words + ") "
	}
	return all.then(operators.Concat(srcs...), all.want, "Concat")
}

// inner draws what becomes of one element in its own stream: 0 to 3 elements
// from it, a few stages further.
func (d *draw[T]) inner() (make func(v int) flow.Publisher[T], want func(v int) []int, words string) {
	k, add := 1+d.intn(4), d.intn(10)
	want = func(v int) (out []int) {
		for i := range v % k {
			out = append(out, v+i+add)
		}
		return out
	}
	f := d.pure(func(v int) int { return v + add })
	async := d.intn(4) == 0
	words = "%" + string(rune('0'+k))
	if async {
		words += ", Async"
	}
	return func(v int) flow.Publisher[T] {
		src := operators.Map(operators.Map(sources.Range(int64(v), int64(v%k)), func(v int64) T { return d.mint(int(v)) }), f)
		if async {
			src = operators.Async(src, 2)
		}
		return src
	}, want, words
}

func (d *draw[T]) concatMap(s stream[T]) stream[T] {
	make, expand, words := d.inner()
	call := d.function()
	var want []int
	for _, v := range s.want {
		want = append(want, expand(v)...)
	}
	return s.then(operators.ConcatMap(s.pub, func(e T) flow.Publisher[T] {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		return make(v)
	}), want, "ConcatMap(%s)", words)
}
