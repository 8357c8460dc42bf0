package graphs

import (
	"context"
	"fmt"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func sourceRows[T any]() []sourceRow[T] {
	return []sourceRow[T]{
		{"Slice", (*draw[T]).slice},
		{"Seq", (*draw[T]).seq},
		{"Seq2", (*draw[T]).seq2},
		{"Func", (*draw[T]).function1},
		{"Chan", (*draw[T]).channel},
		{"Range", (*draw[T]).mappedRange},
	}
}

func joinRows[T any]() []joinRow[T] {
	return []joinRow[T]{
		{"Merge", (*draw[T]).merge},
		{"Broadcast", (*draw[T]).diamond},
		{"Concat", (*draw[T]).concat},
		{"Balance", (*draw[T]).balance},
		{"NewMergeHub", (*draw[T]).mergeHub},
	}
}

// origin makes a stream of a publisher that mints the numbers itself.
func origin[T any](pub flow.Publisher[T], want []int, words string) stream[T] {
	return stream[T]{pub: pub, want: want, words: fmt.Sprintf("%s of %d", words, len(want))}
}

// minted makes elements of numbers, one for each subscription and number.
func (d *draw[T]) minted(pub flow.Publisher[int]) flow.Publisher[T] {
	return operators.Map(pub, d.mint)
}

func (d *draw[T]) slice() stream[T] {
	want := d.numbers()
	return origin(d.minted(sources.Slice(want)), want, "Slice")
}

func (d *draw[T]) mappedRange() stream[T] {
	n := d.intn(200)
	d.elements += n
	want := make([]int, n)
	for i := range want {
		want[i] = i
	}
	call := d.function()
	return origin(operators.TryMap(sources.Range(0, int64(n)), func(_ context.Context, v int64) (T, error) {
		if err := call(); err != nil {
			var zero T
			return zero, err
		}
		return d.mint(int(v)), nil
	}), want, "Range")
}

func (d *draw[T]) seq() stream[T] {
	want, call := d.numbers(), d.function()
	return origin(sources.Seq(func(yield func(T) bool) {
		for _, v := range want {
			if err := call(); err != nil {
				panic(err)
			}
			if !yield(d.mint(v)) {
				return
			}
		}
	}), want, "Seq")
}

func (d *draw[T]) seq2() stream[T] {
	want, call := d.numbers(), d.function()
	return origin(sources.Seq2(func(yield func(T, error) bool) {
		for _, v := range want {
			if err := call(); err != nil {
				yield(d.mint(v), err)
				return
			}
			if !yield(d.mint(v), nil) {
				return
			}
		}
	}), want, "Seq2")
}

// function1 is a Func, which waits on the outside now and then.
func (d *draw[T]) function1() stream[T] {
	want, call := d.numbers(), d.function()
	wait, every := time.Duration(0), 1+d.intn(20)
	if d.intn(3) == 0 {
		wait = d.pause()
	}
	return origin(sources.Func(func(ctx context.Context, emit func(T) bool) error {
		for i, v := range want {
			if err := call(); err != nil {
				return err
			}
			if wait > 0 && i%every == 0 {
				select {
				case <-time.After(wait):
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			if e := d.mint(v); !emit(e) {
				d.use(e) // it was not taken
				return nil
			}
		}
		return nil
	}), want, "Func")
}

func (d *draw[T]) channel() stream[T] {
	want := d.numbers()
	return origin(d.minted(flow.PublisherFunc[int](func(ctx context.Context, s flow.Subscriber[int]) {
		c := make(chan int, len(want))
		for _, v := range want {
			c <- v
		}
		close(c)
		sources.Chan(c).Subscribe(ctx, s)
	})), want, "Chan")
}

// merge draws several chains that are merged.
func (d *draw[T]) merge(depth int) stream[T] {
	var srcs []flow.Publisher[T]
	var all stream[T]
	for range 1 + d.intn(3) {
		s := d.chain(depth)
		srcs = append(srcs, s.pub)
		all.want = append(all.want, s.want...)
		all.mode = max(all.mode, s.mode)
		all.words += "(" + s.words + ") "
	}
	if len(srcs) > 1 {
		all = all.atLeast(unsorted)
	}
	c := d.capacity()
	return all.then(operators.Merge(c, srcs...), all.want, "Merge(%d)", c)
}

// diamond draws a chain that is broadcast, and merged again.
func (d *draw[T]) diamond(depth int) stream[T] {
	s := d.chain(depth)
	n, c := 1+d.intn(3), d.capacity()
	var srcs []flow.Publisher[T]
	all := s.then(nil, nil, "Broadcast(%d, %d)", n, c)
	for _, out := range operators.Broadcast(s.pub, n, c) {
		branch := stream[T]{pub: out, want: s.want, mode: s.mode, words: "·", part: true}
		for range d.intn(3) {
			branch = d.operator(branch)
		}
		srcs = append(srcs, branch.pub)
		all.want = append(all.want, branch.want...)
		all.mode = max(all.mode, branch.mode)
		all.words += " (" + branch.words + ")"
	}
	if n > 1 {
		all = all.atLeast(unsorted)
	}
	return all.then(operators.Merge(c, srcs...), all.want, "Merge(%d)", c)
}
