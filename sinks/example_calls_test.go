package sinks_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleRetryCall() {
	attempts := 0
	save := func(_ context.Context, order string) error {
		if attempts++; attempts == 1 {
			return errors.New("the database is busy")
		}
		fmt.Println("saved", order, "in attempt", attempts)
		return nil
	}
	err := sinks.ForEach(context.Background(), sources.Of("tea"), sinks.RetryCall(save, 3))
	if err != nil {
		log.Fatal(err)
	}
	// Output: saved tea in attempt 2
}

func ExampleDeadLetter() {
	save := func(_ context.Context, order string) error {
		if order == "" {
			return errors.New("an order without a name")
		}
		fmt.Println("saved", order)
		return nil
	}
	keep := func(_ context.Context, order string, err error) error {
		fmt.Printf("kept %q: %v\n", order, err)
		return nil
	}
	err := sinks.ForEach(context.Background(), sources.Of("tea", "", "rice"), sinks.DeadLetter(save, keep))
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// saved tea
	// kept "": an order without a name
	// saved rice
}
