package operators_test

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleValved() {
	var intake operators.Valve
	intake.Close() // until the store is ready
	g, ctx := scheduler.NewGraph(context.Background(), "example")
	g.Go(func() error {
		all, err := sinks.Slice(ctx, operators.Valved(sources.Of(1, 2, 3), &intake, 16))
		fmt.Println(all)
		return err
	})
	fmt.Println("the store is ready")
	intake.Open()
	fmt.Println(g.Wait())
	// Output:
	// the store is ready
	// [1 2 3]
	// <nil>
}
