package operators_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleSampleOn() {
	prices, asked := sources.Of(101, 99, 102), sources.Never[string]()
	shown, err := sinks.Slice(context.Background(), operators.SampleOn(prices, asked, operators.WithLast()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown)
	// Output: [102]
}

func ExampleKeepAlive() {
	events := sources.Func(func(_ context.Context, emit func(string) bool) error {
		emit("begin")
		<-time.After(50 * time.Millisecond)
		emit("end")
		return nil
	})
	alive := operators.KeepAlive(events, 5*time.Millisecond, func() string { return ": still here" })
	got, err := sinks.Slice(context.Background(), operators.Distinct(alive, 10))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got)
	// Output: [begin : still here end]
}

func ExampleTimeoutDemand() {
	lines := operators.TimeoutDemand(sources.Of("a", "b", "c"), time.Millisecond, operators.WithName("lines"))
	for line, err := range sinks.Seq(context.Background(), lines) {
		fmt.Println(line, err)
		<-time.After(20 * time.Millisecond)
	}
	// Output:
	// a <nil>
	//  lines: flow: timeout: no request for 1ms
}

func ExampleConflateWithSeed() {
	prices := sources.Of(3, 9, 4)
	type span struct{ low, high int }
	spans := operators.ConflateWithSeed(prices, func(p int) span { return span{p, p} }, func(s span, p int) span {
		return span{min(s.low, p), max(s.high, p)}
	})
	all, err := sinks.Reduce(context.Background(), spans, func(a, b span) span {
		return span{min(a.low, b.low), max(a.high, b.high)}
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: {3 9}
}

func ExampleBatchWeightedWhileBusy() {
	lines := sources.Of("a", "weir", "regulates", "a", "river")
	size := func(s string) int64 { return int64(len(s)) }
	total := 0
	for batch, err := range sinks.Seq(context.Background(), operators.BatchWeightedWhileBusy(lines, 10, size)) {
		if err != nil {
			log.Fatal(err)
		}
		total += len(batch)
	}
	fmt.Println(total, "lines, in no more writes than that")
	// Output: 5 lines, in no more writes than that
}

// A player that needs a frame at each beat shows the last one again.
func ExampleExtrapolate() {
	frames := operators.Concat(sources.Of("one", "two"), sources.Never[string]())
	again := operators.Extrapolate(frames, func(frame string) iter.Seq[string] {
		return func(yield func(string) bool) {
			for yield(frame + " again") {
			}
		}
	})
	shown, err := sinks.Slice(context.Background(), operators.Take(again, 4))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown)
	// Output: [one two two again two again]
}
