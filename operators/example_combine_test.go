package operators_test

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleSwitchMap() {
	// Each keystroke makes the search for the one before superfluous.
	typed := sources.Of("w", "we", "weir")
	results := operators.SwitchMap(typed, func(text string) flow.Publisher[string] {
		if text != "weir" {
			return sources.Never[string]() // a slow search
		}
		return sources.Of("weir, a low dam", "weird")
	})
	all, err := sinks.Slice(context.Background(), results)
	fmt.Println(all, err)
	// Output: [weir, a low dam weird] <nil>
}

func ExampleExhaustMap() {
	// A second click on a button does nothing while the first is at work.
	clicks := sources.Of(1, 2, 3)
	saved := operators.ExhaustMap(clicks, func(click int) flow.Publisher[string] {
		return operators.Concat(sources.Of(fmt.Sprint("saving ", click)), sources.Never[string]())
	})
	first, err := sinks.First(context.Background(), saved)
	fmt.Println(first, err)
	// Output: saving 1 <nil>
}

func ExampleZip() {
	columns := []flow.Publisher[int]{sources.Of(1, 2, 3), sources.Of(10, 20), sources.Of(100, 200)}
	sums := operators.Zip(columns, func(row []int) int { return row[0] + row[1] + row[2] })
	all, err := sinks.Slice(context.Background(), sums)
	fmt.Println(all, err)
	// Output: [111 222] <nil>
}

func ExampleZip3() {
	src := operators.Zip3(sources.Of("a", "b"), sources.Of(1, 2), sources.Of(true, false),
		func(s string, n int, ok bool) string { return fmt.Sprint(s, n, ok) })
	all, err := sinks.Slice(context.Background(), src)
	fmt.Println(all, err)
	// Output: [a1 true b2 false] <nil>
}

func ExampleCombineLatest() {
	temperatures := []flow.Publisher[float64]{sources.Of(20.5), sources.Of(17.0), sources.Of(22.0)}
	means := operators.CombineLatest(temperatures, func(row []float64) float64 {
		return (row[0] + row[1] + row[2]) / 3
	})
	all, err := sinks.Slice(context.Background(), means)
	fmt.Printf("%.1f %v\n", all, err)
	// Output: [19.8] <nil>
}

func ExampleCombineLatest2() {
	prices, rates := sources.Of(100, 110), sources.Of(1.5)
	inEuro := operators.CombineLatest2(prices, rates, func(price int, rate float64) float64 { return float64(price) * rate })
	all, err := sinks.Slice(context.Background(), inEuro)
	fmt.Println(all[len(all)-1], err)
	// Output: 165 <nil>
}

func ExampleWithLatestFrom() {
	requests, settings := sources.Of("/a", "/b"), sources.Of("v1")
	handled := operators.WithLatestFrom(requests, settings, func(path, version string) string { return version + path })
	all, err := sinks.Slice(context.Background(), handled)
	fmt.Println(all, err)
	// Output: [v1/a v1/b] <nil>
}

func ExampleRace() {
	mirrors := operators.Race(sources.Never[string](), sources.Of("from the second mirror"))
	all, err := sinks.Slice(context.Background(), mirrors)
	fmt.Println(all, err)
	// Output: [from the second mirror] <nil>
}

func ExampleFlatMapSequential() {
	pages := func(book string) flow.Publisher[string] {
		return operators.Async(sources.Of(book+" 1", book+" 2"), 8) // read ahead
	}
	src := operators.FlatMapSequential(sources.Of("a", "b", "c"), 2, pages)
	all, err := sinks.Slice(context.Background(), src)
	fmt.Println(all, err)
	// Output: [a 1 a 2 b 1 b 2 c 1 c 2] <nil>
}
