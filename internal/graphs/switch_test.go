package graphs

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// switchRows are the operators that go from one inner stream to another.
func switchRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"SwitchMap", unknown, (*draw[T]).switchMap},
		{"ExhaustMap", unknown, (*draw[T]).exhaustMap},
		{"FlatMapSequential", unknown, (*draw[T]).flatMapSequential},
		{"Flatten", unknown, (*draw[T]).flatten},
		{"Switch", unknown, (*draw[T]).switchStreams},
	}
}

// inners draws a function that makes a stream of each element, and returns what
// all of them emit, one after the other.
func (d *draw[T]) inners(s stream[T]) (f func(T) flow.Publisher[T], want []int, words string) {
	make, expand, words := d.inner()
	call := d.function()
	for _, v := range s.want {
		want = append(want, expand(v)...)
	}
	return func(e T) flow.Publisher[T] {
		v := d.use(e)
		if err := call(); err != nil {
			panic(err)
		}
		return make(v)
	}, want, words
}

func (d *draw[T]) switchMap(s stream[T]) stream[T] {
	f, want, words := d.inners(s)
	return s.then(operators.SwitchMap(s.pub, f), want, "SwitchMap(%s)", words).atLeast(lossy)
}

func (d *draw[T]) exhaustMap(s stream[T]) stream[T] {
	f, want, words := d.inners(s)
	return s.then(operators.ExhaustMap(s.pub, f), want, "ExhaustMap(%s)", words).atLeast(lossy)
}

// ahead draws how many elements of an inner stream are held.
func (d *draw[T]) ahead() (opts []operators.Option) {
	if d.intn(2) == 0 {
		opts = append(opts, operators.WithPrefetch(oneOf(d, 1, 3, 300)))
	}
	return opts
}

func (d *draw[T]) flatMapSequential(s stream[T]) stream[T] {
	f, want, words := d.inners(s)
	n := oneOf(d, 1, 2, 16)
	return s.then(operators.FlatMapSequential(s.pub, n, f, d.ahead()...), want, "FlatMapSequential(%d, %s)", n, words)
}

func (d *draw[T]) flatten(s stream[T]) stream[T] {
	f, want, words := d.inners(s)
	n := oneOf(d, 1, 2, 16)
	out := s.then(operators.Flatten(operators.Map(s.pub, f), n, d.ahead()...), want, "Flatten(%d, %s)", n, words)
	if n > 1 {
		return out.atLeast(unsorted)
	}
	return out
}

func (d *draw[T]) switchStreams(s stream[T]) stream[T] {
	f, want, words := d.inners(s)
	return s.then(operators.Switch(operators.Map(s.pub, f)), want, "Switch(%s)", words).atLeast(lossy)
}
