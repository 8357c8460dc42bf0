package sinks_test

import (
	"cmp"
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleSum() {
	total, err := sinks.Sum(context.Background(), sources.Of(19.90, 5.00, 0.10))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(total)
	// Output: 25
}

func ExampleAverage() {
	mean, err := sinks.Average(context.Background(), sources.Of(12, 14, 21))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.2f\n", mean)
	// Output: 15.67
}

func ExampleMin() {
	coldest, err := sinks.Min(context.Background(), sources.Of(3, -7, 12), cmp.Compare)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(coldest)
	// Output: -7
}

func ExampleMax() {
	byLength := func(a, b string) int { return cmp.Compare(len(a), len(b)) }
	longest, err := sinks.Max(context.Background(), sources.Of("a", "river", "weir"), byLength)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(longest)
	// Output: river
}

func ExampleMap() {
	name := func(line string) string { name, _, _ := strings.Cut(line, "="); return name }
	value := func(line string) string { _, value, _ := strings.Cut(line, "="); return value }
	settings, err := sinks.Map(context.Background(), sources.Of("port=80", "host=local", "port=8080"), name, value)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(settings)
	// Output: map[host:local port:8080]
}
