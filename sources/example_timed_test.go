package sources_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleTicker() {
	ticks := operators.Take(sources.Ticker(time.Millisecond), 3)
	err := sinks.ForEach(context.Background(), ticks, func(context.Context, int64) error {
		fmt.Println("look for new files")
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// look for new files
	// look for new files
	// look for new files
}

func ExampleWithFixedDelay() {
	last := time.Now()
	polls := operators.Take(sources.Ticker(5*time.Millisecond, sources.WithFixedDelay()), 3)
	err := sinks.ForEach(context.Background(), polls, func(_ context.Context, n int64) error {
		fmt.Println("poll", n, time.Since(last) >= 5*time.Millisecond)
		<-time.After(7 * time.Millisecond)
		last = time.Now()
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// poll 0 true
	// poll 1 true
	// poll 2 true
}

func ExampleTimer() {
	start := time.Now()
	if _, err := sinks.First(context.Background(), sources.Timer(5*time.Millisecond)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(time.Since(start) >= 5*time.Millisecond)
	// Output: true
}
