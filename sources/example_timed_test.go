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

func ExampleTimer() {
	start := time.Now()
	if _, err := sinks.First(context.Background(), sources.Timer(5*time.Millisecond)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(time.Since(start) >= 5*time.Millisecond)
	// Output: true
}
