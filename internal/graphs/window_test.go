package graphs

import (
	"slices"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// windowRows are the operators that gather elements by their weight, by time or
// by another stream. The slices are taken apart again.
func windowRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"BatchAt", unknown, (*draw[T]).batchAt},
		{"BatchWeighted", unknown, (*draw[T]).batchWeighted},
		{"BatchWindows", unknown, (*draw[T]).batchWindows},
		{"WindowBy", unknown, (*draw[T]).windowBy},
		{"GroupBy that evicts", unknown, (*draw[T]).groupByEvicting},
	}
}

// flat takes slices apart, after a look at each.
func flat[T any](pub flow.Publisher[[]T], look func([]T)) flow.Publisher[T] {
	return operators.FlatMapSlice(pub, func(es []T) []T {
		look(es)
		return es
	})
}

// sized says that slices have a number of elements.
func (d *draw[T]) sized(what string, most int) func([]T) {
	return func(es []T) {
		if len(es) == 0 || len(es) > most {
			d.wrong("%s: a slice of %d elements, %d at most", what, len(es), most)
		}
	}
}

func (d *draw[T]) batchAt(s stream[T]) stream[T] {
	size, wait := oneOf(d, 1, 2, 7, 100), d.pause()
	look := d.sized("BatchAt", size)
	switch d.intn(3) {
	case 0:
		return s.then(flat(operators.BatchAt(s.pub, sources.Never[int](), size), look), s.want, "BatchAt(never, %d), flat", size)
	case 1:
		return s.then(flat(operators.BatchAt(s.pub, sources.Timer(wait), size), look), s.want, "BatchAt(once, %d), flat", size).atLeast(lossy)
	}
	return s.then(flat(operators.BatchAt(s.pub, sources.Ticker(wait), size), look), s.want, "BatchAt(%v, %d), flat", wait, size)
}

func (d *draw[T]) batchWeighted(s stream[T]) stream[T] {
	limit, call := int64(oneOf(d, 1, 50, 1000)), d.function()
	var opts []operators.Option
	if d.intn(2) == 0 {
		opts = append(opts, operators.WithMaxWait(d.pause()))
	}
	batches := operators.BatchWeighted(s.pub, limit, func(e T) int64 {
		if err := call(); err != nil {
			panic(err)
		}
		return int64(d.look(e))
	}, opts...)
	return s.then(flat(batches, func(es []T) {
		sum := int64(0)
		for _, e := range es {
			sum += max(1, int64(d.look(e)))
		}
		if len(es) == 0 || len(es) > 1 && sum > limit {
			d.wrong("BatchWeighted: a slice of %d elements that weigh %d, %d at most", len(es), sum, limit)
		}
	}), s.want, "BatchWeighted(%d, %d options), flat", limit, len(opts))
}

// windows draws windows, and in how many of them an element is at most.
func (d *draw[T]) windows() (w operators.Windows, times int) {
	switch size := d.pause(); d.intn(4) {
	case 0:
		return operators.Session(size), 1
	case 1:
		return operators.Session(size).Longest(d.pause()), 1
	case 2:
		times = 2 + d.intn(2)
		return operators.Hopping(time.Duration(times)*size, size), times
	default:
		w = operators.Tumbling(size)
		if d.intn(2) == 0 {
			w = w.Aligned(d.pause())
		}
		return w, 1
	}
}

func (d *draw[T]) batchWindows(s stream[T]) stream[T] {
	c := oneOf(d, 1, 2, 7, 100)
	w, times := d.windows()
	most := c
	if times > 1 {
		most = len(s.want) + 1
		if s.mode == unknown {
			most = 1 << 30
		}
	}
	out := s.then(flat(operators.BatchWindows(s.pub, w, c), d.sized("BatchWindows", most)), s.want, "BatchWindows(%d times, %d), flat", times, c)
	if times > 1 {
		out.want = slices.Repeat(s.want, times)
		return out.atLeast(lossy)
	}
	return out
}

// windowBy gathers the numbers of each key in a slice, and takes that apart.
func (d *draw[T]) windowBy(s stream[T]) stream[T] {
	w, times := d.windows()
	keys, call := 1+d.intn(5), d.function()
	windows := operators.WindowBy(operators.Map(s.pub, d.use), w, keys, func(v int) int { return v % keys }, nil, func(all []int, v int) []int {
		if err := call(); err != nil {
			panic(err)
		}
		return append(all, v)
	})
	out := s.then(operators.FlatMapSlice(windows, func(w operators.Window[int, []int]) (all []T) {
		if w.End.Before(w.Start) || len(w.Value) == 0 {
			d.wrong("WindowBy: %d elements from %v to %v", len(w.Value), w.Start, w.End)
		}
		for _, v := range w.Value {
			if v%keys != w.Key {
				d.wrong("WindowBy: %d in the window of key %d", v, w.Key)
			}
			all = append(all, d.mint(v))
		}
		return all
	}), slices.Repeat(s.want, times), "WindowBy(%d times, %d), flat", times, keys)
	switch {
	case times > 1:
		return out.atLeast(lossy)
	case keys > 1:
		return out.atLeast(unsorted)
	}
	return out
}

// groupByEvicting has more keys than there may be groups, and groups that are
// idle end.
func (d *draw[T]) groupByEvicting(s stream[T]) stream[T] {
	most, c := 1+d.intn(4), d.capacity()
	keys := most + 1 + d.intn(8)
	opts := []operators.Option{operators.WithEviction()}
	if d.intn(2) == 0 {
		opts = append(opts, operators.WithMaxIdle(d.pause()))
	}
	f := d.pure(func(v int) int { return v })
	groups := operators.GroupBy(s.pub, most, c, d.key(func(v int) int { return v % keys }), opts...)
	return s.then(operators.FlatMap(groups, most, func(g operators.Group[int, T]) flow.Publisher[T] {
		return operators.Map[T, T](g, f)
	}), s.want, "GroupBy(%d of %d, %d), FlatMap", most, keys, c).atLeast(unsorted)
}
