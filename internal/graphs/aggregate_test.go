package graphs

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
)

// aggregateSinks are the sinks that make one value of all elements.
func aggregateSinks[T any]() []sinkRow[T] {
	return []sinkRow[T]{
		{"Sum", (*draw[T]).sumSink},
		{"Average", (*draw[T]).averageSink},
		{"Min", func(d *draw[T]) (running[T], string) { return d.chosenSink("Min", sinks.Min[T], slices.Min[[]int]) }},
		{"Max", func(d *draw[T]) (running[T], string) { return d.chosenSink("Max", sinks.Max[T], slices.Max[[]int]) }},
		{"Map", (*draw[T]).mapSink},
	}
}

func (d *draw[T]) sumSink() (running[T], string) {
	return d.valued("Sum", func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		total, err := sinks.Sum(ctx, operators.Map(pub, d.use))
		if err == nil {
			s.returns(total, sum(s.got))
		}
		return err
	})
}

func (d *draw[T]) averageSink() (running[T], string) {
	return d.valued("Average", func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		noted := operators.DefaultIfEmpty(operators.Map(pub, d.use), 0)
		mean, err := sinks.Average(ctx, noted)
		if err == nil {
			s.returns(mean, float64(sum(s.got))/float64(max(1, len(s.got))))
		}
		return err
	})
}

type choosing[T any] = func(context.Context, flow.Publisher[T], func(a, b T) int, ...sinks.Option) (T, error)

// chosenSink is a sink that returns one of its elements, also with an error.
func (d *draw[T]) chosenSink(name string, choose choosing[T], best func([]int) int) (running[T], string) {
	call := d.function()
	return d.valued(name, func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		var zero T
		e, err := choose(ctx, pub, func(a, b T) int {
			if err := call(); err != nil {
				panic(err)
			}
			return cmp.Compare(d.look(a), d.look(b))
		})
		if err != nil && any(e) != any(zero) {
			d.use(e) // the best so far
		}
		return d.element(s, e, err, best)
	})
}

// mapSink keeps the last element for each key, and what it has when it fails.
func (d *draw[T]) mapSink() (running[T], string) {
	call, keys := d.function(), oneOf(d, 1, 5, 1000)
	key := d.key(func(v int) int { return v % keys })
	return d.valued(fmt.Sprintf("Map(%%%d)", keys), func(ctx context.Context, pub flow.Publisher[T], s *sink[T]) error {
		all, err := sinks.Map(ctx, pub, key, func(e T) T {
			if err := d.unused(e, call); err != nil {
				d.use(e)
				panic(err)
			}
			return e
		})
		got, want := map[int]int{}, map[int]int{}
		for k, e := range all {
			got[k] = d.use(e)
		}
		for _, v := range s.got {
			want[v%keys] = v
		}
		if err == nil && !maps.Equal(got, want) {
			s.wrong = fmt.Sprintf("returned %v, not %v", got, want)
		}
		return err
	})
}
