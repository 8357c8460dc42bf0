package operators_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"strconv"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// print runs a stream and prints its elements.
func print[T any](src flow.Publisher[T]) {
	all, err := sinks.Slice(context.Background(), src)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
}

func ExampleFilterMap() {
	print(operators.FilterMap(sources.Of("1", "x", "3"), func(s string) (int, bool) {
		n, err := strconv.Atoi(s)
		return n, err == nil
	}))
	// Output: [1 3]
}

func ExampleOfType() {
	events := sources.Of[any]("login", 404, "logout", time.Second)
	print(operators.OfType[string](events))
	// Output: [login logout]
}

func ExampleTakeUntil() {
	lines := sources.Of("a", "b", "EOF", "c")
	print(operators.TakeUntil(lines, func(s string) bool { return s == "EOF" }))
	// Output: [a b EOF]
}

func ExampleTakeUntilOther() {
	stop := sources.Timer(time.Millisecond)
	forever := sources.Never[int]()
	print(operators.TakeUntilOther(operators.StartWith(forever, 1, 2), stop))
	// Output: [1 2]
}

func ExampleIgnoreElements() {
	migrate := operators.Map(sources.Of("users", "orders"), func(table string) string {
		fmt.Println("migrate", table)
		return table
	})
	print(operators.Concat(operators.IgnoreElements(migrate), sources.Of("ready")))
	// Output:
	// migrate users
	// migrate orders
	// [ready]
}

func ExampleTakeLast() {
	print(operators.TakeLast(sources.Of("a", "b", "c", "d"), 2))
	// Output: [c d]
}

func ExampleLast() {
	print(operators.Last(sources.Of(1, 2, 3)))
	// Output: [3]
}

func ExampleFirst() {
	print(operators.First(sources.Of(1, 2, 3)))
	// Output: [1]
}

func ExampleDefaultIfEmpty() {
	none := operators.Filter(sources.Of(1, 2, 3), func(v int) bool { return v > 5 })
	print(operators.DefaultIfEmpty(none, -1))
	// Output: [-1]
}

func ExampleSwitchIfEmpty() {
	cache := sources.Empty[string]()
	database := sources.Of("ann", "bob")
	print(operators.SwitchIfEmpty(cache, database))
	// Output: [ann bob]
}

func ExampleErrorIfEmpty() {
	errNoRows := errors.New("no rows")
	rows := operators.ErrorIfEmpty(sources.Empty[string](), errNoRows, operators.WithName("rows"))
	_, err := sinks.Slice(context.Background(), rows)
	fmt.Println(err)
	// Output: rows: no rows
}

func ExampleStartWith() {
	print(operators.StartWith(sources.Of("ann,30", "bob,41"), "name,age"))
	// Output: [name,age ann,30 bob,41]
}

func ExampleEndWith() {
	print(operators.EndWith(sources.Of("a", "b"), "."))
	// Output: [a b .]
}

func ExampleRepeat() {
	print(operators.Repeat(sources.Of("tick", "tock"), 2))
	// Output: [tick tock tick tock]
}

func ExampleStatefulMap() {
	// Numbers each line, and says at the end how many there were.
	number := func(n int, line string) (int, string) {
		n++
		return n, fmt.Sprint(n, " ", line)
	}
	print(operators.StatefulMap(sources.Of("ann", "bob"),
		func() int { return 0 }, number,
		func(n int) (string, bool) { return fmt.Sprint(n, " lines"), true }))
	// Output: [1 ann 2 bob 2 lines]
}

func ExampleReduce() {
	print(operators.Reduce(sources.Of(3, 9, 4), func(a, b int) int { return max(a, b) }))
	// Output: [9]
}

func ExampleSkipLast() {
	rows := sources.Of("ann", "bob", "2 rows")
	print(operators.SkipLast(rows, 1)) // the footer
	// Output: [ann bob]
}

func ExampleLimit() {
	rows := operators.Limit(sources.Of("a", "b", "c"), 2, operators.WithName("rows"))
	got, err := sinks.Slice(context.Background(), rows)
	fmt.Println(got, err)
	// Output: [a b] rows: flow: limit exceeded: more than 2 elements
}

func ExampleSingle() {
	got, err := sinks.First(context.Background(), operators.Single(sources.Of("ann")))
	fmt.Println(got, err)
	_, err = sinks.First(context.Background(), operators.Single(sources.Of("ann", "bob")))
	fmt.Println(errors.Is(err, flow.ErrMany))
	// Output:
	// ann <nil>
	// true
}

func ExampleElementAt() {
	print(operators.ElementAt(sources.Of("a", "b", "c"), 1))
	// Output: [b]
}

func ExampleFind() {
	print(operators.Find(sources.Of(1, 4, 6), func(v int) bool { return v%2 == 0 }))
	// Output: [4]
}
