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
