package operators_test

import (
	"context"
	"fmt"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// A payment belongs to an order that has come at most a minute before it, or
// that comes so soon after it.
func ExampleJoinWithin() {
	orders := sources.Of("7 tea", "8 salt")
	payments := sources.Of("8 cash", "9 card", "7 card")
	number := func(s string) byte { return s[0] }
	paid := operators.JoinWithin(orders, payments, time.Minute, 100, number, number, func(order, payment string) string {
		return order + " by" + payment[1:]
	})
	err := sinks.ForEach(context.Background(), paid, func(_ context.Context, s string) error {
		fmt.Println(s)
		return nil
	})
	fmt.Println(err)
	// Unordered output:
	// 8 salt by cash
	// 7 tea by card
	// <nil>
}
