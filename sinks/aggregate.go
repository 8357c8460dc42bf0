package sinks

import (
	"context"
	"math"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// Number is an element that [Sum] and [Average] can add up.
type Number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 |
		~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr |
		~float32 | ~float64
}

// Sum runs the stream and returns the sum of its elements, 0 if there are none.
// Sums of floating-point numbers carry their rounding errors along, so that they
// do not add up; those of integers wrap around.
//
// Demand: unbounded.
//
// Errors: the stream's error, with the sum so far.
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Sum[T Number](ctx context.Context, src flow.Publisher[T], opts ...Option) (T, error) {
	stage.Require(ctx != nil, "sinks.Sum: nil context")
	stage.Require(src != nil, "sinks.Sum: nil source")
	all, err := fold(ctx, "sum", src, sum[T]{}, sum[T].add, opts)
	return all.value(), err
}

// Average runs the stream and returns the mean of its elements. They are added
// up as floating-point numbers, as [Sum] does it.
//
// Demand: unbounded.
//
// Errors: the stream's error, with the average so far; [flow.ErrEmpty] if it
// completes without an element.
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Average[T Number](ctx context.Context, src flow.Publisher[T], opts ...Option) (float64, error) {
	stage.Require(ctx != nil, "sinks.Average: nil context")
	stage.Require(src != nil, "sinks.Average: nil source")
	all, err := fold(ctx, "average", src, mean{}, func(m mean, v T) mean { return mean{m.sum.add(float64(v)), m.n + 1} }, opts)
	if all.n == 0 {
		if err == nil {
			err = flow.ErrEmpty
		}
		return 0, err
	}
	return all.sum.value() / float64(all.n), err
}

type mean struct {
	sum sum[float64]
	n   int64
}

// sum is a sum and what its additions have rounded off, as A. Neumaier has it.
// Nothing is rounded off from integers.
type sum[T Number] struct{ total, off T }

func (s sum[T]) add(v T) sum[T] {
	total := s.total + v
	if max(s.total, -s.total) >= max(v, -v) {
		s.off += (s.total - total) + v
	} else {
		s.off += (v - total) + s.total
	}
	s.total = total
	return s
}

func (s sum[T]) value() T {
	all := s.total + s.off
	if math.IsNaN(float64(all)) { // the total is infinite, or no number
		return s.total
	}
	return all
}

// Min runs the stream and returns its least element, the first of those that
// are equal. compare returns a number below 0 when a is less than b, as
// [cmp.Compare] does. The other elements are let go of as [flow.Filtered].
//
// Demand: unbounded.
//
// Errors: the stream's error, with the least element so far; [flow.ErrEmpty] if
// it completes without an element. A panic in compare ends the stream with a
// [flow.PanicError].
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Min[T any](ctx context.Context, src flow.Publisher[T], compare func(a, b T) int, opts ...Option) (T, error) {
	stage.Require(ctx != nil, "sinks.Min: nil context")
	stage.Require(src != nil, "sinks.Min: nil source")
	stage.Require(compare != nil, "sinks.Min: nil function")
	return reduce(ctx, "min", src, chosen(func(best, v T) bool { return compare(v, best) < 0 }), opts)
}

// Max runs the stream and returns its greatest element, the first of those that
// are equal. compare returns a number above 0 when a is greater than b, as
// [cmp.Compare] does. The other elements are let go of as [flow.Filtered].
//
// Demand: unbounded.
//
// Errors: the stream's error, with the greatest element so far; [flow.ErrEmpty]
// if it completes without an element. A panic in compare ends the stream with a
// [flow.PanicError].
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Max[T any](ctx context.Context, src flow.Publisher[T], compare func(a, b T) int, opts ...Option) (T, error) {
	stage.Require(ctx != nil, "sinks.Max: nil context")
	stage.Require(src != nil, "sinks.Max: nil source")
	stage.Require(compare != nil, "sinks.Max: nil function")
	return reduce(ctx, "max", src, chosen(func(best, v T) bool { return compare(v, best) > 0 }), opts)
}

// chosen is a reduction to the best element. It lets go of the others.
func chosen[T any](better func(best, v T) bool) func(best, v T) T {
	release := flow.ReleaseFunc[T]()
	return func(best, v T) T {
		returned := false
		defer letGo(&returned, v, release)
		wins := better(best, v)
		returned = true
		if wins {
			best, v = v, best
		}
		if release != nil {
			release(v, flow.Filtered)
		}
		return best
	}
}

// letGo lets go of an element at which a function only looks, unless that has
// returned.
func letGo[T any](returned *bool, v T, release func(T, flow.Reason)) {
	if !*returned && release != nil {
		release(v, flow.Failed)
	}
}

// Map runs the stream and returns a map of its elements, with the key and the
// value that the functions make of each. A later element takes the place of an
// earlier one with its key, whose value is let go of as [flow.Replaced]. It
// holds all of them: put a Take before it where there may be many keys.
//
// Demand: unbounded.
//
// Errors: the stream's error, with the map so far. A panic in key or value ends
// the stream with a [flow.PanicError].
//
// Ends: returns when the stream has ended and its goroutines have returned.
func Map[T any, K comparable, V any](ctx context.Context, src flow.Publisher[T], key func(T) K, value func(T) V, opts ...Option) (map[K]V, error) {
	stage.Require(ctx != nil, "sinks.Map: nil context")
	stage.Require(src != nil, "sinks.Map: nil source")
	stage.Require(key != nil, "sinks.Map: nil key function")
	stage.Require(value != nil, "sinks.Map: nil value function")
	release, replaced := flow.ReleaseFunc[T](), flow.ReleaseFunc[V]()
	return fold(ctx, "map", src, map[K]V{}, func(all map[K]V, v T) map[K]V {
		k := look(key, v, release)
		now := value(v)
		if replaced != nil {
			if before, is := all[k]; is {
				replaced(before, flow.Replaced)
			}
		}
		all[k] = now
		return all
	}, opts)
}

// look returns f(v), which only looks at v.
func look[T, R any](f func(T) R, v T, release func(T, flow.Reason)) R {
	returned := false
	defer letGo(&returned, v, release)
	r := f(v)
	returned = true
	return r
}
