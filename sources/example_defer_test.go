package sources_test

import (
	"context"
	"fmt"
	"log"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleDefer() {
	connections := 0
	rows := sources.Defer(func(context.Context) (flow.Publisher[string], error) {
		connections++ // each subscription has its own
		return sources.Of(fmt.Sprint("row of connection ", connections)), nil
	})
	for range 2 {
		row, err := sinks.First(context.Background(), rows)
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(row)
	}
	// Output:
	// row of connection 1
	// row of connection 2
}
