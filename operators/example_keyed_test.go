package operators_test

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleMapAsyncKeyed() {
	type order struct {
		customer string
		amount   int
	}
	// Up to 8 customers at once, but each customer's orders one after another.
	orders := sources.Of(order{"ann", 10}, order{"ann", 20}, order{"ann", -5})
	balance := map[string]int{}
	book := func(_ context.Context, o order) (string, error) {
		balance[o.customer] += o.amount // no other call for this customer
		return fmt.Sprint(o.customer, " ", balance[o.customer]), nil
	}
	booked := operators.MapAsyncKeyed(orders, 8, 64, func(o order) string { return o.customer }, book)
	all, err := sinks.Slice(context.Background(), booked)
	fmt.Println(all, err)
	// Output: [ann 10 ann 30 ann 25] <nil>
}
