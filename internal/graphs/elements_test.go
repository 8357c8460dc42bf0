package graphs

import (
	"cmp"
	"log/slog"
	"slices"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// elementRows are the operators that look at an element together with its place
// in the stream.
func elementRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"MapIndexed", exact, (*draw[T]).mapIndexed},
		{"Pairwise", exact, (*draw[T]).pairwise},
		{"Materialize", unknown, (*draw[T]).materialize},
		{"Dematerialize", exact, (*draw[T]).dematerialize},
		{"Sorted", unsorted, (*draw[T]).sorted},
		{"SkipUntilOther", unknown, (*draw[T]).skipUntilOther},
		{"Log", unknown, (*draw[T]).logged},
		{"BatchUntil", unknown, (*draw[T]).batchUntil},
		{"BatchUntilChanged", unknown, (*draw[T]).batchUntilChanged},
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

// materialize makes signals of all that happens, and the other way round.
func (d *draw[T]) materialize(s stream[T]) stream[T] {
	return s.then(operators.Dematerialize(operators.Materialize(s.pub)), s.want, "Materialize, Dematerialize")
}

// dematerialize ends at an element.
func (d *draw[T]) dematerialize(s stream[T]) stream[T] {
	k := d.intn(100)
	last := func(v int) bool { return v >= k }
	want := until(s.want, last)
	if n := len(want); n > 0 && last(want[n-1]) {
		want = want[:n-1]
	}
	call := d.function()
	signals := operators.Map(s.pub, func(e T) (out operators.Signal[T]) {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		if last(v) {
			return operators.Signal[T]{Completed: true}
		}
		return operators.Signal[T]{Value: d.mint(v)}
	})
	return s.then(operators.Dematerialize(signals), want, "Dematerialize(to ≥%d)", k)
}

// sorted counts on all elements, in whatever order they come.
func (d *draw[T]) sorted(s stream[T]) stream[T] {
	call := d.function()
	return s.then(operators.Sorted(s.pub, len(s.want)+1+d.intn(3), func(a, b T) int {
		if err := call(); err != nil {
			panic(err)
		}
		return cmp.Compare(d.look(a), d.look(b))
	}), slices.Sorted(slices.Values(s.want)), "Sorted").just()
}

// maxWait draws options of slices.
func (d *draw[T]) maxWait() []operators.Option {
	if d.intn(2) == 0 {
		return nil
	}
	return []operators.Option{operators.WithMaxWait(d.pause())}
}

func (d *draw[T]) batchUntil(s stream[T]) stream[T] {
	size, k, opts := oneOf(d, 1, 2, 7, 100), 1+d.intn(5), d.maxWait()
	last := func(v int) bool { return v%k == 0 }
	return s.then(flat(operators.BatchUntil(s.pub, size, d.test(last), opts...), func(es []T) {
		d.sized("BatchUntil", size)(es)
		for i, e := range es {
			if last(d.look(e)) && i < len(es)-1 {
				d.wrong("BatchUntil: a last element is the %d. of %d", i, len(es))
			}
		}
	}), s.want, "BatchUntil(%d, %%%d, %d options), flat", size, k, len(opts))
}

func (d *draw[T]) batchUntilChanged(s stream[T]) stream[T] {
	size, k, opts := oneOf(d, 1, 2, 7, 100), 1+d.intn(5), d.maxWait()
	key := func(v int) int { return v % k }
	return s.then(flat(operators.BatchUntilChanged(s.pub, size, d.key(key), opts...), func(es []T) {
		d.sized("BatchUntilChanged", size)(es)
		for _, e := range es {
			if key(d.look(e)) != key(d.look(es[0])) {
				d.wrong("BatchUntilChanged: two keys in a slice")
			}
		}
	}), s.want, "BatchUntilChanged(%d, %%%d, %d options), flat", size, k, len(opts))
}

// skipUntilOther is opened never, by another stream, or at a time.
func (d *draw[T]) skipUntilOther(s stream[T]) stream[T] {
	switch d.intn(3) {
	case 0:
		return s.then(operators.SkipUntilOther(s.pub, sources.Never[T]()), nil, "SkipUntilOther(never)").just()
	case 1:
		other := d.mappedRange().pub
		return s.then(operators.SkipUntilOther(s.pub, other), s.want, "SkipUntilOther(Range)").atLeast(lossy)
	}
	after := d.pause()
	return s.then(operators.SkipUntilOther(s.pub, sources.Timer(after)), s.want, "SkipUntilOther(%v)", after).atLeast(lossy)
}

// logged says what happens to nobody.
func (d *draw[T]) logged(s stream[T]) stream[T] {
	return s.then(operators.Log(s.pub, slog.New(slog.DiscardHandler)), s.want, "Log")
}
