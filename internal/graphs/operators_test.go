package graphs

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

func mapRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"Map", unknown, (*draw[T]).mapOp},
		{"TryMap", unknown, (*draw[T]).tryMap},
		{"Filter", unknown, (*draw[T]).filter},
		{"FlatMapSlice", unknown, (*draw[T]).flatMapSlice},
		{"Async", unknown, (*draw[T]).async},
		{"Buffer block", unknown, (*draw[T]).block},
		{"Buffer drop", unknown, (*draw[T]).drop},
		{"foreign", unknown, (*draw[T]).foreign},
		{"slow Map", unknown, (*draw[T]).slow},
		{"Take", exact, (*draw[T]).take},
		{"Take of some", unknown, (*draw[T]).lossyTake},
		{"Scan", exact, (*draw[T]).scan},
		{"Fold", unsorted, (*draw[T]).fold},
	}
}

func (d *draw[T]) mapOp(s stream[T]) stream[T] {
	k := d.intn(10)
	f := func(v int) int { return v + k }
	return s.then(operators.Map(s.pub, d.pure(f)), mapped(s.want, f), "Map(+%d)", k)
}

func (d *draw[T]) tryMap(s stream[T]) stream[T] {
	call := d.function()
	f := func(v int) int { return v % 50 }
	return s.then(operators.TryMap(s.pub, func(_ context.Context, e T) (T, error) {
		v := d.use(e)
		if err := call(); err != nil {
			var zero T
			return zero, err
		}
		return d.mint(f(v)), nil
	}), mapped(s.want, f), "TryMap(%%50)")
}

func (d *draw[T]) filter(s stream[T]) stream[T] {
	k := 1 + d.intn(4)
	f := func(v int) bool { return v%k == 0 }
	return s.then(operators.Filter(s.pub, d.test(f)), filtered(s.want, f), "Filter(%%%d)", k)
}

func (d *draw[T]) flatMapSlice(s stream[T]) stream[T] {
	k := 1 + d.intn(4)
	call := d.function()
	expand := func(v int) (out []int) {
		for i := range v % k {
			out = append(out, v+i)
		}
		return out
	}
	var want []int
	for _, v := range s.want {
		want = append(want, expand(v)...)
	}
	return s.then(operators.FlatMapSlice(s.pub, func(e T) (out []T) {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		for _, v := range expand(v) {
			out = append(out, d.mint(v))
		}
		return out
	}), want, "FlatMapSlice(%%%d)", k)
}

func (d *draw[T]) async(s stream[T]) stream[T] {
	c := d.capacity()
	return s.then(operators.Async(s.pub, c), s.want, "Async(%d)", c)
}

func (d *draw[T]) block(s stream[T]) stream[T] {
	c := d.capacity()
	return s.then(operators.Buffer(s.pub, c, flow.Block), s.want, "Buffer(%d, block)", c)
}

func (d *draw[T]) drop(s stream[T]) stream[T] {
	c, strategy := d.capacity(), oneOf(d, flow.DropOldest, flow.DropIncoming, flow.Latest)
	if strategy == flow.Latest {
		c = 1
	}
	return s.then(operators.Buffer(s.pub, c, strategy), s.want, "Buffer(%d, %v)", c, strategy).atLeast(lossy)
}

// foreign hides the publisher and its subscriber from each other.
func (d *draw[T]) foreign(s stream[T]) stream[T] {
	pub := s.pub
	return s.then(flow.PublisherFunc[T](func(ctx context.Context, to flow.Subscriber[T]) {
		pub.Subscribe(ctx, struct{ flow.Subscriber[T] }{to})
	}), s.want, "foreign")
}

// slow takes its time, now and then.
func (d *draw[T]) slow(s stream[T]) stream[T] {
	wait, every := d.pause(), 1+d.intn(20)
	n := 0
	f := d.pure(func(v int) int {
		if n++; n%every == 0 {
			sleep(wait)
		}
		return v
	})
	return s.then(operators.Map(s.pub, f), s.want, "slow(%v every %d)", wait, every)
}

func (d *draw[T]) take(s stream[T]) stream[T] {
	n := d.intn(len(s.want) + 3)
	return s.then(operators.Take(s.pub, int64(n)), s.want[:min(n, len(s.want))], "Take(%d)", n)
}

// lossyTake is Take where it is not known which elements come first.
func (d *draw[T]) lossyTake(s stream[T]) stream[T] {
	n := 1 + d.intn(100)
	return s.then(operators.Take(s.pub, int64(n)), s.want, "Take(%d)", n).atLeast(lossy)
}

func sum(vs []int) int {
	all := 0
	for _, v := range vs {
		all += v
	}
	return all
}

func (d *draw[T]) scan(s stream[T]) stream[T] {
	var want []int
	for i := range s.want {
		want = append(want, sum(s.want[:i+1])%1000)
	}
	f := d.pure(func(v int) int { return v })
	zero := d.mint(0)
	d.use(zero) // nobody else will
	return s.then(operators.Scan(operators.Map(s.pub, f), zero, func(acc, e T) T {
		return d.mint((d.look(acc) + d.use(e)) % 1000)
	}), want, "Scan(+)")
}

func (d *draw[T]) fold(s stream[T]) stream[T] {
	f := d.pure(func(v int) int { return v })
	total := operators.Fold(operators.Map(s.pub, f), 0, func(acc int, e T) int { return acc + d.use(e) })
	return s.then(operators.Map(total, d.mint), []int{sum(s.want)}, "Fold(+)").just()
}
