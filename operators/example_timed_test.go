package operators_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleThrottle() {
	calls := operators.Throttle(sources.Of("a", "b", "c", "d", "e"), 1000, time.Second, operators.WithBurst(2))
	start := time.Now()
	if err := sinks.Discard(context.Background(), calls); err != nil {
		log.Fatal(err)
	}
	fmt.Println(time.Since(start) >= 3*time.Millisecond) // two at once, three more at 1000 a second
	// Output: true
}

func ExampleDebounce() {
	keys := sources.Of("w", "we", "wei", "weir")
	queries, err := sinks.Slice(context.Background(), operators.Debounce(keys, 300*time.Millisecond))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(queries)
	// Output: [weir]
}

func ExampleSample() {
	prices := sources.Of(101, 102, 99, 103)
	shown, err := sinks.Slice(context.Background(), operators.Sample(prices, time.Second, operators.WithLast()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown)
	// Output: [103]
}

func ExampleTimeout() {
	answers := operators.Timeout(sources.Never[string](), 10*time.Millisecond, operators.WithName("answers"))
	err := sinks.Discard(context.Background(), answers)
	fmt.Println(err)
	fmt.Println(errors.Is(err, flow.ErrTimeout))
	// Output:
	// answers: flow: timeout: no element for 10ms
	// true
}
