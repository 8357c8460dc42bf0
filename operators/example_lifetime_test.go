package operators_test

import (
	"context"
	"fmt"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleWithGrace() {
	connections := 0
	feed := sources.Defer(func(context.Context) (flow.Publisher[int], error) {
		connections++ // to a server that is far away
		return sources.Of(1, 2, 3, 4), nil
	})
	shared := operators.Share(feed, 1, flow.Block, operators.WithGrace(time.Minute))
	for range 2 { // one after the other
		_, err := sinks.First(context.Background(), shared)
		fmt.Println(err)
	}
	fmt.Println(connections, "connection")
	// Output:
	// <nil>
	// <nil>
	// 1 connection
}

func ExampleAutoConnect() {
	read := 0
	src := operators.Map(sources.Of(3, 4, 5), func(v int) int { read++; return v })
	shared := operators.AutoConnect(operators.Publish(src, 16, flow.Block), 2)
	fmt.Println(sumAndCount(context.Background(), shared))
	fmt.Println(read, "elements read")
	// Output:
	// 12 3 <nil>
	// 3 elements read
}
