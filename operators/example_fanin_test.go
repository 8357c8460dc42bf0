package operators_test

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleFlatMap() {
	pages := func(book string) flow.Publisher[string] {
		return sources.Of(book+" 1", book+" 2")
	}
	src := operators.FlatMap(sources.Of("a", "b"), 1, pages)
	_ = sinks.ForEach(context.Background(), src, func(_ context.Context, page string) error {
		fmt.Println(page)
		return nil
	})
	// Output:
	// a 1
	// a 2
	// b 1
	// b 2
}

func ExampleZip2() {
	names := sources.Of("a", "b", "c")
	src := operators.Zip2(names, sources.Range(1, 10), func(name string, n int64) string { return fmt.Sprint(name, n) })
	all, err := sinks.Slice(context.Background(), src)
	fmt.Println(all, err)
	// Output: [a1 b2 c3] <nil>
}

func ExampleGroupBy() {
	words := sources.Of("ant", "bee", "asp", "bug", "ape")
	letters := operators.GroupBy(words, 26, 8, func(word string) string { return word[:1] })
	counts := operators.FlatMap(letters, 26, func(g operators.Group[string, string]) flow.Publisher[string] {
		n := operators.Fold(g, 0, func(n int, _ string) int { return n + 1 })
		return operators.Map(n, func(n int) string { return fmt.Sprint(g.Key, n) })
	})
	all, err := sinks.Slice(context.Background(), counts)
	fmt.Println(all, err)
	// Output: [a3 b2] <nil>
}
