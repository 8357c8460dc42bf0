package sinks_test

import (
	"context"
	"fmt"
	"log"

	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleLast() {
	newest, err := sinks.Last(context.Background(), sources.Of("v1", "v2", "v3"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(newest)
	// Output: v3
}

func ExampleCount() {
	n, err := sinks.Count(context.Background(), sources.Range(0, 1000))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(n)
	// Output: 1000
}

func ExampleReduce() {
	longest := func(a, b string) string {
		if len(b) > len(a) {
			return b
		}
		return a
	}
	word, err := sinks.Reduce(context.Background(), sources.Of("a", "river", "weir"), longest)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(word)
	// Output: river
}

func ExampleAny() {
	late, err := sinks.Any(context.Background(), sources.Of(3, 12, 5), func(days int) bool { return days > 10 })
	fmt.Println(late, err)
	// Output: true <nil>
}

func ExampleAll() {
	paid, err := sinks.All(context.Background(), sources.Of(3, 12, 5), func(sum int) bool { return sum > 0 })
	fmt.Println(paid, err)
	// Output: true <nil>
}

func ExampleContains() {
	found, err := sinks.Contains(context.Background(), sources.Of("ann", "bob"), "eve")
	fmt.Println(found, err)
	// Output: false <nil>
}

func ExampleIsEmpty() {
	none, err := sinks.IsEmpty(context.Background(), sources.Empty[int]())
	fmt.Println(none, err)
	// Output: true <nil>
}
