package operators_test

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleBalance() {
	g, ctx := scheduler.NewGraph(context.Background(), "example")
	var sum atomic.Int64
	for _, jobs := range operators.Balance(sources.Range(1, 100), 4, 1) {
		g.Go(func() error {
			return sinks.ForEach(ctx, jobs, func(_ context.Context, job int64) error {
				sum.Add(job)
				return nil
			})
		})
	}
	err := g.Wait()
	fmt.Println(sum.Load(), err)
	// Output: 5050 <nil>
}
