package operators_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleTakeWhile() {
	low := operators.TakeWhile(sources.Of(3, 4, 9, 2), func(v int) bool { return v < 5 })
	all, err := sinks.Slice(context.Background(), low)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [3 4]
}

func ExampleSkip() {
	rows := operators.Skip(sources.Of("name", "ann", "bob"), 1) // the header
	all, err := sinks.Slice(context.Background(), rows)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [ann bob]
}

func ExampleSkipWhile() {
	body := operators.SkipWhile(sources.Of("# a", "# b", "c", "# d"), func(s string) bool { return s[0] == '#' })
	all, err := sinks.Slice(context.Background(), body)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", all)
	// Output: ["c" "# d"]
}

func ExampleDistinct() {
	ids := sources.Of(1, 2, 1, 1, 3, 2, 4)
	all, err := sinks.Slice(context.Background(), operators.Distinct(ids, 100))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [1 2 3 4]
}

func ExampleDistinctBy() {
	type order struct{ id, version int }
	orders := sources.Of(order{1, 1}, order{2, 1}, order{1, 2})
	first := operators.DistinctBy(orders, 100, func(o order) int { return o.id })
	all, err := sinks.Slice(context.Background(), first)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [{1 1} {2 1}]
}

func ExampleDistinctUntilChanged() {
	states := sources.Of("up", "up", "down", "down", "up")
	all, err := sinks.Slice(context.Background(), operators.DistinctUntilChanged(states))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [up down up]
}

func ExampleDistinctUntilChangedBy() {
	degrees := sources.Of(20.1, 20.4, 21.0, 20.9)
	whole := operators.DistinctUntilChangedBy(degrees, func(d float64) int { return int(d) })
	all, err := sinks.Slice(context.Background(), whole)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [20.1 21 20.9]
}

func ExampleBatch() {
	rows := sources.Of("a", "b", "c", "d", "e")
	batches := operators.Batch(rows, 2, operators.WithMaxWait(time.Second))
	err := sinks.ForEach(context.Background(), batches, func(_ context.Context, b []string) error {
		fmt.Println(b)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// [a b]
	// [c d]
	// [e]
}

func ExampleConflate() {
	// On one thread the source is far ahead of its reader.
	ctx := scheduler.With(context.Background(), scheduler.Inline())
	clicks := sources.Of(1, 1, 1, 1)
	total := operators.Conflate(clicks, func(pending, n int) int { return pending + n })
	sum := 0
	err := sinks.ForEach(ctx, total, func(_ context.Context, n int) error {
		sum += n
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sum)
	// Output: 4
}

func ExampleBufferWith() {
	// On one thread the source is far ahead of its reader.
	ctx := scheduler.With(context.Background(), scheduler.Inline())
	newest := operators.BufferWith(sources.Of("a", "b", "c"), operators.BufferConfig[string]{
		Capacity: 1,
		Strategy: flow.Latest,
		OnDropped: func(v string, reason flow.Reason) {
			fmt.Println(v, reason)
		},
	})
	all, err := sinks.Slice(ctx, newest)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output:
	// a replaced
	// b replaced
	// [c]
}
