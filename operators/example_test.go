package operators_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"slices"
	"strconv"
	"strings"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleMap() {
	names := operators.Map(sources.Of("ann", "bob"), strings.ToUpper)
	all, err := sinks.Slice(context.Background(), names)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [ANN BOB]
}

func ExampleTryMap() {
	parse := func(_ context.Context, s string) (int, error) { return strconv.Atoi(s) }
	numbers := operators.TryMap(sources.Of("1", "2", "three", "4"), parse, operators.WithName("parse"))
	all, err := sinks.Slice(context.Background(), numbers)
	fmt.Println(all)
	fmt.Println(err)
	fmt.Println(errors.Is(err, strconv.ErrSyntax))
	// Output:
	// [1 2]
	// parse: strconv.Atoi: parsing "three": invalid syntax
	// true
}

func ExampleFilter() {
	even := operators.Filter(sources.Range(1, 6), func(n int64) bool { return n%2 == 0 })
	all, err := sinks.Slice(context.Background(), even)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [2 4 6]
}

func ExampleFlatMapSlice() {
	lines := sources.Of("to be or", "", "not to be")
	words, err := sinks.Slice(context.Background(), operators.FlatMapSlice(lines, strings.Fields))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", words)
	// Output: ["to" "be" "or" "not" "to" "be"]
}

func ExampleTake() {
	powers := sources.Seq(func(yield func(int) bool) {
		for n := 1; yield(n); n *= 2 { // ends when Take has enough
		}
	})
	all, err := sinks.Slice(context.Background(), operators.Take(powers, 5))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [1 2 4 8 16]
}

func ExampleScan() {
	bookings := sources.Of(100, -30, 5)
	balance := operators.Scan(bookings, 0, func(sum, amount int) int { return sum + amount })
	all, err := sinks.Slice(context.Background(), balance)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [100 70 75]
}

func ExampleFold() {
	bookings := sources.Of(100, -30, 5)
	total := operators.Fold(bookings, 0, func(sum, amount int) int { return sum + amount })
	sum, err := sinks.First(context.Background(), total)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sum)
	// Output: 75
}

func ExampleMerge() {
	north := sources.Of("n1", "n2")
	south := sources.Of("s1", "s2")
	events, err := sinks.Slice(context.Background(), operators.Merge(16, north, south))
	if err != nil {
		log.Fatal(err)
	}
	slices.Sort(events) // they come as they come
	fmt.Println(events)
	// Output: [n1 n2 s1 s2]
}

func ExampleBroadcast() {
	outputs := operators.Broadcast(sources.Of(3, 1, 2), 2, 16)
	g, ctx := scheduler.NewGraph(context.Background(), "report")
	var sum, largest int
	g.Go(func() (err error) {
		sum, err = sinks.Fold(ctx, outputs[0], 0, func(sum, v int) int { return sum + v })
		return err
	})
	g.Go(func() (err error) {
		largest, err = sinks.Fold(ctx, outputs[1], 0, func(most, v int) int { return max(most, v) })
		return err
	})
	if err := g.Wait(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(sum, largest)
	// Output: 6 3
}

func ExampleAsync() {
	decoded := operators.Map(sources.Range(1, 4), func(n int64) int64 { return n * 10 })
	// Decoding and storing run at the same time, decoding at most 64 ahead.
	err := sinks.ForEach(context.Background(), operators.Async(decoded, 64), func(_ context.Context, n int64) error {
		fmt.Println("stored", n)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// stored 10
	// stored 20
	// stored 30
	// stored 40
}

func ExampleBuffer() {
	// With flow.Block nothing is lost: the source waits for room.
	buffered := operators.Buffer(sources.Range(1, 5), 2, flow.Block)
	all, err := sinks.Slice(context.Background(), buffered)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [1 2 3 4 5]
}

// The source is through before the sink begins, since on the inline scheduler
// nothing runs at the same time. Elsewhere it depends on who is faster.
func ExampleBuffer_dropOldest() {
	ctx := scheduler.With(context.Background(), scheduler.Inline())
	recent := operators.Buffer(sources.Range(1, 10), 3, flow.DropOldest)
	all, err := sinks.Slice(ctx, recent)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [8 9 10]
}

// What has no room does not get in.
func ExampleBuffer_dropIncoming() {
	ctx := scheduler.With(context.Background(), scheduler.Inline())
	early := operators.Buffer(sources.Range(1, 10), 3, flow.DropIncoming)
	all, err := sinks.Slice(ctx, early)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [1 2 3]
}

// Only the newest reading counts.
func ExampleBuffer_latest() {
	ctx := scheduler.With(context.Background(), scheduler.Inline())
	newest := operators.Buffer(sources.Range(1, 10), 1, flow.Latest)
	all, err := sinks.Slice(ctx, newest)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [10]
}

// An overflow is an error, after what came before it.
func ExampleBuffer_fail() {
	ctx := scheduler.With(context.Background(), scheduler.Inline())
	strict := operators.Buffer(sources.Range(1, 10), 3, flow.Fail)
	all, err := sinks.Slice(ctx, strict)
	fmt.Println(all, errors.Is(err, flow.ErrOverflow))
	// Output: [1 2 3] true
}
