package graphs

import (
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// combineRows are the operators that bring two or more streams together.
func combineRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"Zip", exact, (*draw[T]).zipRows},
		{"Zip3", exact, (*draw[T]).zip3},
		{"CombineLatest", unknown, (*draw[T]).combineLatest},
		{"CombineLatest2", unknown, (*draw[T]).combineLatest2},
		{"WithLatestFrom", unknown, (*draw[T]).withLatestFrom},
		{"Race", unknown, (*draw[T]).race},
		{"MergeSorted", exact, (*draw[T]).mergeSorted},
		{"Interleave", exact, (*draw[T]).interleave},
	}
}

// beside draws streams that stand beside another, and what they emit. Some
// have an island of their own.
func (d *draw[T]) beside(n int) (srcs []flow.Publisher[T], wants [][]int) {
	for range n {
		want := d.numbers()
		src := d.minted(sources.Slice(want))
		if d.intn(2) == 0 {
			src = operators.Async(src, d.capacity())
		}
		srcs = append(srcs, src)
		wants = append(wants, want)
	}
	return srcs, wants
}

// rows are the sums of the first numbers of all, of the second ones, and so on.
func rows(all ...[]int) (out []int) {
	for i := 0; ; i++ {
		sum := 0
		for _, vs := range all {
			if i == len(vs) {
				return out
			}
			sum += vs[i]
		}
		out = append(out, sum%100)
	}
}

// joined is a function that consumes elements and makes their sum.
func (d *draw[T]) joined() func(es ...T) T {
	call := d.function()
	return func(es ...T) T {
		sum := 0
		for _, e := range es {
			sum += d.use(e)
		}
		if err := call(); err != nil {
			panic(err)
		}
		return d.mint(sum % 100)
	}
}

// viewed is joined, but only looks at the elements.
func (d *draw[T]) viewed() func(es ...T) T {
	call := d.function()
	return func(es ...T) T {
		sum := 0
		for _, e := range es {
			sum += d.look(e)
		}
		if err := call(); err != nil {
			panic(err)
		}
		return d.mint(sum % 100)
	}
}

func (d *draw[T]) zipRows(s stream[T]) stream[T] {
	srcs, wants := d.beside(d.intn(3))
	join := d.joined()
	return s.then(operators.Zip(append(srcs, s.pub), func(row []T) T { return join(row...) }),
		rows(append(wants, s.want)...), "Zip(of %d)", 1+len(srcs))
}

func (d *draw[T]) zip3(s stream[T]) stream[T] {
	srcs, wants := d.beside(2)
	join := d.joined()
	return s.then(operators.Zip3(srcs[0], s.pub, srcs[1], func(a, b, c T) T { return join(a, b, c) }),
		rows(append(wants, s.want)...), "Zip3(%d, ·, %d)", len(wants[0]), len(wants[1]))
}

// latest says what is known of the sums of elements and the newest of another
// stream: if that has one element, no element is combined twice.
func (d *draw[T]) latest() (other flow.Publisher[T], sums func(s stream[T], pub flow.Publisher[T], words string) stream[T]) {
	srcs, wants := d.beside(1)
	if d.intn(2) == 0 {
		return srcs[0], func(s stream[T], pub flow.Publisher[T], words string) stream[T] {
			return s.then(pub, nil, "%s(%d)", words, len(wants[0])).atLeast(unknown)
		}
	}
	w := d.intn(100)
	other = d.minted(sources.Of(w))
	if d.intn(2) == 0 {
		other = operators.Async(other, 1)
	}
	return other, func(s stream[T], pub flow.Publisher[T], words string) stream[T] {
		sums := mapped(s.want, func(v int) int { return (v + w) % 100 })
		return s.then(pub, sums, "%s(Of %d)", words, w).atLeast(lossy)
	}
}

func (d *draw[T]) combineLatest(s stream[T]) stream[T] {
	other, sums := d.latest()
	join := d.viewed()
	return sums(s, operators.CombineLatest([]flow.Publisher[T]{s.pub, other}, func(row []T) T { return join(row...) }), "CombineLatest")
}

func (d *draw[T]) combineLatest2(s stream[T]) stream[T] {
	other, sums := d.latest()
	join := d.viewed()
	return sums(s, operators.CombineLatest2(other, s.pub, func(a, b T) T { return join(a, b) }), "CombineLatest2")
}

func (d *draw[T]) withLatestFrom(s stream[T]) stream[T] {
	other, sums := d.latest()
	call := d.function()
	return sums(s, operators.WithLatestFrom(s.pub, other, func(e, latest T) T {
		sum := d.use(e) + d.look(latest)
		if err := call(); err != nil {
			panic(err)
		}
		return d.mint(sum % 100)
	}), "WithLatestFrom")
}

// race is won by s, or nobody knows by whom.
func (d *draw[T]) race(s stream[T]) stream[T] {
	srcs, _ := d.beside(1)
	switch d.intn(3) {
	case 0:
		return s.then(operators.Race(sources.Never[T](), s.pub), s.want, "Race(never)")
	case 1:
		late := operators.DelaySubscription(srcs[0], time.Hour)
		return s.then(operators.Race(s.pub, late, sources.Never[T]()), s.want, "Race(late, never)")
	}
	return s.then(operators.Race(srcs[0], s.pub), nil, "Race").atLeast(unknown)
}

// mergeSorted is of streams that are not sorted, as a rule: the least of their
// heads comes next.
func (d *draw[T]) mergeSorted(s stream[T]) stream[T] {
	srcs, wants := d.beside(d.intn(3))
	srcs, wants = append(srcs, s.pub), append(wants, s.want)
	left := append([][]int(nil), wants...)
	var want []int
	for {
		least := -1
		for i, vs := range left {
			if len(vs) > 0 && (least < 0 || vs[0] < left[least][0]) {
				least = i
			}
		}
		if least < 0 {
			break
		}
		want = append(want, left[least][0])
		left[least] = left[least][1:]
	}
	c, call := d.capacity(), d.function()
	return s.then(operators.MergeSorted(c, func(a, b T) int {
		if err := call(); err != nil {
			panic(err)
		}
		return d.look(a) - d.look(b)
	}, srcs...), want, "MergeSorted(%d, of %d)", c, len(srcs))
}

func (d *draw[T]) interleave(s stream[T]) stream[T] {
	srcs, wants := d.beside(d.intn(3))
	srcs, wants = append(srcs, s.pub), append(wants, s.want)
	segment := oneOf(d, 1, 2, 7, 100)
	left := append([][]int(nil), wants...)
	var want []int
	for more := true; more; {
		more = false
		for i, vs := range left {
			n := min(segment, len(vs))
			want = append(want, vs[:n]...)
			left[i] = vs[n:]
			more = more || len(left[i]) > 0
		}
	}
	return s.then(operators.Interleave(segment, srcs...), want, "Interleave(%d, of %d)", segment, len(srcs))
}
