package sinks_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleTryFold() {
	budget := func(_ context.Context, sum, cost int) (int, error) {
		if sum += cost; sum > 100 {
			return 0, errors.New("over budget")
		}
		return sum, nil
	}
	sum, err := sinks.TryFold(context.Background(), sources.Of(40, 50, 60), 0, budget, sinks.WithName("budget"))
	fmt.Println(sum)
	fmt.Println(err)
	// Output:
	// 90
	// budget: over budget
}

func ExampleChan() {
	c := make(chan string)
	go func() {
		defer close(c) // the channel is ours
		if err := sinks.Chan(context.Background(), sources.Of("ann", "bob"), c); err != nil {
			log.Print(err)
		}
	}()
	for name := range c {
		fmt.Println(name)
	}
	// Output:
	// ann
	// bob
}
