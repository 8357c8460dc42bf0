package operators_test

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExamplePartition() {
	outputs := operators.Partition(sources.Of(1, 2, 3, 4, 5), 2, 16, func(v int) int { return v % 2 })
	g, ctx := scheduler.NewGraph(context.Background(), "example")
	var all [2][]int
	for i, out := range outputs {
		g.Go(func() (err error) { all[i], err = sinks.Slice(ctx, out); return err })
	}
	err := g.Wait()
	fmt.Println(all, err)
	// Output: [[2 4] [1 3 5]] <nil>
}
