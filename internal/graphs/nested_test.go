package graphs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func nestedRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"ConcatMap", unknown, (*draw[T]).concatMap},
		{"FlatMap", unknown, (*draw[T]).flatMap},
		{"GroupBy", unknown, (*draw[T]).groupBy},
	}
}

func failingRows[T any]() []sourceRow[T] {
	return []sourceRow[T]{
		{"Retry", (*draw[T]).retry},
		{"Resume", (*draw[T]).resume},
		{"Recover", (*draw[T]).recover},
		{"Defer", (*draw[T]).deferred},
	}
}

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

func (d *draw[T]) flatMap(s stream[T]) stream[T] {
	make, expand, words := d.inner()
	call := d.function()
	var want []int
	for _, v := range s.want {
		want = append(want, expand(v)...)
	}
	n := oneOf(d, 1, 2, 16)
	var opts []operators.Option
	if d.intn(2) == 0 {
		opts = append(opts, operators.WithPrefetch(oneOf(d, 1, 3, 300)))
	}
	out := s.then(operators.FlatMap(s.pub, n, func(e T) flow.Publisher[T] {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		return make(v)
	}, opts...), want, "FlatMap(%d, %s)", n, words)
	if n > 1 {
		return out.atLeast(unsorted)
	}
	return out
}

// groupBy parts the elements by key and merges the groups again.
func (d *draw[T]) groupBy(s stream[T]) stream[T] {
	keys, c := 1+d.intn(8), d.capacity()
	f := d.pure(func(v int) int { return v })
	groups := operators.GroupBy(s.pub, keys, c, d.key(func(v int) int { return v % keys }))
	out := operators.FlatMap(groups, keys, func(g operators.Group[int, T]) flow.Publisher[T] {
		return operators.Map[T, T](g, f)
	})
	all := s.then(out, s.want, "GroupBy(%d, %d), FlatMap", keys, c)
	if keys > 1 {
		return all.atLeast(unsorted)
	}
	return all
}

// retry draws a source that fails so often before it succeeds.
func (d *draw[T]) retry() stream[T] {
	want, bad := d.numbers(), d.intn(4)
	at := d.intn(len(want) + 1)
	var opts []operators.Option
	if d.intn(2) == 0 {
		opts = append(opts, operators.WithBackoff(time.Millisecond, 10*time.Millisecond))
	}
	attempts := 0
	src := operators.Retry(sources.Seq2(func(yield func(T, error) bool) {
		attempts++
		for i, v := range want {
			if i == at && attempts <= bad {
				yield(d.mint(v), errSource)
				return
			}
			if !yield(d.mint(v), nil) {
				return
			}
		}
		if at == len(want) && attempts <= bad {
			yield(d.mint(0), errSource)
		}
	}), int64(bad), opts...)
	var all []int
	for range bad {
		all = append(all, want[:at]...)
	}
	return origin(src, append(all, want...), fmt.Sprintf("Seq2, which fails %d times at %d, Retry", bad, at))
}

var errSource = errors.New("the source has failed")

// resume draws a source that fails, and what comes instead.
func (d *draw[T]) resume() stream[T] {
	want, rest := d.numbers(), d.numbers()
	failing := operators.Concat(d.minted(sources.Slice(want)), sources.Error[T](errSource))
	src := operators.Resume(failing, func(err error) (flow.Publisher[T], error) {
		return d.minted(sources.Slice(rest)), nil
	})
	return origin(src, slices.Concat(want, rest), "Slice, which fails, Resume")
}

func (d *draw[T]) recover() stream[T] {
	want := d.numbers()
	failing := operators.Concat(d.minted(sources.Slice(want)), sources.Error[T](errSource))
	src := operators.Recover(failing, func(error) (T, error) { return d.mint(7), nil })
	return origin(src, append(slices.Clone(want), 7), "Slice, which fails, Recover")
}

// deferred draws a source that is made when it is subscribed.
func (d *draw[T]) deferred() stream[T] {
	want, call := d.numbers(), d.function()
	src := sources.Defer(func(context.Context) (flow.Publisher[T], error) {
		return d.minted(sources.Slice(want)), call()
	})
	return origin(src, want, "Defer")
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
