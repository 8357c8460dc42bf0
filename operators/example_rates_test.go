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

func ExampleThrottleWith() {
	requests := sources.Of("GET", "GET", "POST", "GET", "POST")
	cost := func(method string) int64 { return map[string]int64{"GET": 1, "POST": 5}[method] }
	allowed := operators.ThrottleWith(requests, operators.ThrottleConfig[string]{
		N: 10, Per: time.Hour, Burst: 8, Cost: cost, Strategy: flow.Fail,
	}, operators.WithName("quota"))
	err := sinks.ForEach(context.Background(), allowed, func(_ context.Context, method string) error {
		fmt.Println(method)
		return nil
	})
	fmt.Println(err, errors.Is(err, flow.ErrRateExceeded))
	// Output:
	// GET
	// GET
	// POST
	// GET
	// quota: flow: rate exceeded true
}

func ExampleThrottleKeyed() {
	alarms := sources.Of("disk", "disk", "fan", "disk", "fan")
	itself := func(what string) string { return what }
	calm := operators.ThrottleKeyed(alarms, 1000, itself, operators.ThrottleConfig[string]{
		N: 1, Per: time.Hour, Strategy: flow.DropIncoming,
	})
	got, err := sinks.Slice(context.Background(), calm)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got)
	// Output: [disk fan]
}
