package graphs

import (
	"errors"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// delayedRows are the operators that go on when a stream fails.
func delayedRows[T any]() []operatorRow[T] {
	return []operatorRow[T]{
		{"WithDelayErrors", unknown, (*draw[T]).delayed},
	}
}

// failure is the error of a source that is swallowed further down, unless the
// context has ended: then it is what comes of that.
type failure struct{}

func (failure) Error() string        { return errSource.Error() }
func (failure) Is(target error) bool { return target == errSource || target == errStop }

// delayed lets inner streams fail, which keeps none of the others from being
// emitted. Behind a fault, one that has failed is followed by others.
func (d *draw[T]) delayed(s stream[T]) stream[T] {
	f, want, words := d.inners(s)
	bad, last := 1+d.intn(5), d.intn(2) == 0
	left := 10 // failures: all errors are kept, that of a fault among them
	some := func(e T) flow.Publisher[T] {
		fails := d.look(e)%bad == 0 && left > 0
		pub := f(e)
		if fails {
			left--
			pub = operators.Concat(pub, sources.Error[T](failure{}))
		}
		return pub
	}
	src := s.pub
	if last {
		src = operators.Concat(src, sources.Error[T](failure{}))
	}
	opts := append(d.ahead(), operators.WithDelayErrors())
	n := oneOf(d, 1, 2, 16)
	var pub flow.Publisher[T]
	how := d.intn(4)
	switch how {
	case 0:
		pub = operators.FlatMap(src, n, some, opts...)
	case 1:
		pub = operators.FlatMapSequential(src, n, some, opts...)
	case 2:
		pub = operators.ConcatMap(src, some, opts...)
	case 3:
		pub = operators.Flatten(operators.Map(src, some), n, opts...)
	}
	pub = operators.OnErrorComplete(pub, func(err error) bool {
		return errors.Is(err, errSource) && !errors.Is(err, errFault)
	})
	name := []string{"FlatMap", "FlatMapSequential", "ConcatMap", "Flatten"}[how]
	return s.then(pub, want, "%s(%d, %s, delays errors)", name, n, words).atLeast(unsorted)
}
