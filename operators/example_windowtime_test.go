package operators_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleBatchWindows() {
	lines := sources.Of("a", "b", "c")
	perMinute := operators.BatchWindows(lines, operators.Tumbling(time.Minute).Aligned(0), 1000)
	got, err := sinks.Slice(context.Background(), perMinute)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got)
	// Output: [[a b c]]
}

func ExampleWindowBy() {
	visits := sources.Of("ann", "bob", "ann", "ann")
	itself := func(who string) string { return who }
	count := func(n int, _ string) int { return n + 1 }
	sessions := operators.WindowBy(visits, operators.Session(30*time.Minute), 10_000, itself, 0, count)
	err := sinks.ForEach(context.Background(), sessions, func(_ context.Context, w operators.Window[string, int]) error {
		fmt.Println(w.Key, w.Value, w.End.Sub(w.Start) > 30*time.Minute)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// bob 1 false
	// ann 3 true
}

func ExampleBatchWeighted() {
	words := sources.Of("a", "weir", "regulates", "a", "river")
	size := func(s string) int64 { return int64(len(s)) }
	got, err := sinks.Slice(context.Background(), operators.BatchWeighted(words, 10, size))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got)
	// Output: [[a weir] [regulates a] [river]]
}

func ExampleBatchAt() {
	lines, flush := sources.Of(1, 2, 3, 4), sources.Ticker(time.Hour)
	got, err := sinks.Slice(context.Background(), operators.BatchAt(lines, flush, 3))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got)
	// Output: [[1 2 3] [4]]
}
