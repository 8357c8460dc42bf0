package graphs

import (
	"iter"
	"slices"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

func plainRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"TakeWhile", exact, (*draw[T]).takeWhile},
		{"Skip", exact, (*draw[T]).skip},
		{"SkipWhile", exact, (*draw[T]).skipWhile},
		{"DistinctBy", exact, (*draw[T]).distinct},
		{"DistinctUntilChangedBy", exact, (*draw[T]).distinctUntilChanged},
		{"Batch", unknown, (*draw[T]).batch},
		{"Conflate", unknown, (*draw[T]).conflate},
		{"BufferWith", unknown, (*draw[T]).dropWith},
		{"Through", unknown, (*draw[T]).through},
	}
}

func (d *draw[T]) takeWhile(s stream[T]) stream[T] {
	k := d.intn(100)
	f := func(v int) bool { return v < k }
	n := slices.IndexFunc(s.want, func(v int) bool { return v >= k })
	if n < 0 {
		n = len(s.want)
	}
	return s.then(operators.TakeWhile(s.pub, d.test(f)), s.want[:n], "TakeWhile(<%d)", k)
}

func (d *draw[T]) skip(s stream[T]) stream[T] {
	n := oneOf(d, 0, d.intn(10), d.intn(300))
	return s.then(operators.Skip(s.pub, int64(n)), s.want[min(n, len(s.want)):], "Skip(%d)", n)
}

func (d *draw[T]) skipWhile(s stream[T]) stream[T] {
	k := d.intn(100)
	f := func(v int) bool { return v < k }
	n := slices.IndexFunc(s.want, func(v int) bool { return v >= k })
	if n < 0 {
		n = len(s.want)
	}
	return s.then(operators.SkipWhile(s.pub, d.test(f)), s.want[n:], "SkipWhile(<%d)", k)
}

// key is a function that looks at an element for its key.
func (d *draw[T]) key(f func(v int) int) func(T) int {
	call := d.function()
	return func(e T) int {
		if err := call(); err != nil {
			panic(err)
		}
		return f(d.look(e))
	}
}

func (d *draw[T]) distinct(s stream[T]) stream[T] {
	k := 1 + d.intn(30)
	seen := make(map[int]bool)
	var want []int
	for _, v := range s.want {
		if !seen[v%k] {
			want = append(want, v)
		}
		seen[v%k] = true
	}
	return s.then(operators.DistinctBy(s.pub, 30, d.key(func(v int) int { return v % k })), want, "Distinct(%%%d)", k)
}

func (d *draw[T]) distinctUntilChanged(s stream[T]) stream[T] {
	k := 1 + d.intn(30)
	var want []int
	for i, v := range s.want {
		if i == 0 || v%k != s.want[i-1]%k {
			want = append(want, v)
		}
	}
	return s.then(operators.DistinctUntilChangedBy(s.pub, d.key(func(v int) int { return v % k })), want,
		"DistinctUntilChanged(%%%d)", k)
}

// batch makes batches, and takes them apart.
func (d *draw[T]) batch(s stream[T]) stream[T] {
	n := oneOf(d, 1, 2, 7, 100)
	var opts []operators.Option
	if d.intn(2) == 0 {
		opts = append(opts, operators.WithMaxWait(d.pause()))
	}
	batches := operators.Batch(s.pub, n, opts...)
	return s.then(operators.FlatMapSlice(batches, func(b []T) []T { return b }), s.want, "Batch(%d), flat", n)
}

// conflate keeps the last.
func (d *draw[T]) conflate(s stream[T]) stream[T] {
	call := d.function()
	return s.then(operators.Conflate(s.pub, func(a, b T) T {
		v := d.use(b)
		if err := call(); err != nil {
			panic(err)
		}
		d.use(a) // which is handed on if the function panics
		return d.mint(v)
	}), s.want, "Conflate(last)").atLeast(lossy)
}

func (d *draw[T]) dropWith(s stream[T]) stream[T] {
	c, strategy, call := d.capacity(), oneOf(d, flow.DropOldest, flow.DropIncoming), d.function()
	var ttl time.Duration
	if d.intn(2) == 0 {
		ttl = d.pause()
	}
	return s.then(operators.BufferWith(s.pub, operators.BufferConfig[T]{
		Capacity: c, Strategy: strategy, TTL: ttl,
		OnDropped: func(e T, _ flow.Reason) {
			d.use(e)
			if d.fault == contextEnds { // an error of a callback ends nothing
				_ = call()
			}
		},
	}), s.want, "BufferWith(%d, %v, %v)", c, strategy, ttl).atLeast(lossy)
}

// through doubles the even elements and drops the others, in a Go loop, which
// returns after so many.
func (d *draw[T]) through(s stream[T]) stream[T] {
	call := d.function()
	most := oneOf(d, 1<<30, d.intn(100))
	var want []int
	for i, v := range s.want {
		if i == most {
			break
		}
		if v%2 == 0 {
			want = append(want, v, v)
		}
	}
	out := s.then(operators.Through(s.pub, func(in iter.Seq[T]) iter.Seq[T] {
		return func(yield func(T) bool) {
			if most == 0 {
				return
			}
			n := 0
			for e := range in {
				v := d.use(e)
				if err := call(); err != nil {
					panic(err)
				}
				for range 2 * (1 - v%2) {
					if !yield(d.mint(v)) {
						return
					}
				}
				if n++; n == most {
					return
				}
			}
		}
	}), want, "Through(twice the even of %d)", most)
	if most < len(s.want) && s.mode == unsorted {
		out.want = append(slices.Clone(s.want), s.want...)
		return out.atLeast(lossy)
	}
	if s.mode > unsorted {
		out.want = append(slices.Clone(s.want), s.want...)
	}
	return out
}
