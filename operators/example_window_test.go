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

func ExampleTakeFor() {
	ticks := operators.TakeFor(sources.Ticker(time.Millisecond), 20*time.Millisecond)
	err := sinks.Discard(context.Background(), ticks)
	fmt.Println("over", err)
	// Output: over <nil>
}

func ExampleDelay() {
	start := time.Now()
	late, err := sinks.Slice(context.Background(), operators.Delay(sources.Of("a", "b"), 16, 10*time.Millisecond))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(late, time.Since(start) >= 10*time.Millisecond)
	// Output: [a b] true
}

func ExampleThrottleFirst() {
	clicks := sources.Of("save", "save", "save")
	once, err := sinks.Slice(context.Background(), operators.ThrottleFirst(clicks, time.Minute))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(once)
	// Output: [save]
}

func ExampleThrottleLatest() {
	progress := sources.Of(10, 40, 90, 100)
	shown, err := sinks.Slice(context.Background(), operators.ThrottleLatest(progress, time.Minute, operators.WithLast()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown)
	// Output: [10 100]
}

func ExampleSkipFor() {
	measured := operators.SkipFor(sources.Of(1, 2, 3), time.Hour) // while it warms up
	got, err := sinks.Slice(context.Background(), measured)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(got))
	// Output: 0
}

func ExampleDelaySubscription() {
	start := time.Now()
	got, err := sinks.Slice(context.Background(), operators.DelaySubscription(sources.Of("a", "b"), 10*time.Millisecond))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got, time.Since(start) >= 10*time.Millisecond)
	// Output: [a b] true
}

func ExampleTimeoutTotal() {
	report := operators.TimeoutTotal(sources.Ticker(time.Millisecond), 20*time.Millisecond, operators.WithName("report"))
	fmt.Println(sinks.Discard(context.Background(), report))
	// Output: report: flow: timeout: not complete after 20ms
}

func ExampleTimeoutFirst() {
	answer := operators.TimeoutFirst(sources.Never[string](), 10*time.Millisecond, operators.WithName("answer"))
	fmt.Println(sinks.Discard(context.Background(), answer))
	// Output: answer: flow: timeout: no element for 10ms
}

func ExampleSliding() {
	loads := sources.Of(2, 4, 6, 5, 1)
	averages := operators.Map(operators.Sliding(loads, 3, 1), func(w []int) int {
		sum := 0
		for _, v := range w {
			sum += v
		}
		return sum / len(w)
	})
	got, err := sinks.Slice(context.Background(), averages)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got)
	// Output: [4 5 4]
}

func ExampleBatchWhileBusy() {
	rows := operators.BatchWhileBusy(sources.Range(0, 1000), 256)
	written := 0
	err := sinks.ForEach(context.Background(), rows, func(_ context.Context, all []int64) error {
		written += len(all) // one statement for all of them
		return nil
	})
	fmt.Println(written, err)
	// Output: 1000 <nil>
}
