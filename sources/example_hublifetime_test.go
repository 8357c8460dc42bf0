package sources_test

import (
	"context"
	"fmt"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleWithStartAfter() {
	hub := sources.NewHub[int](16, flow.Block, sources.WithStartAfter(2))
	g, ctx := scheduler.NewGraph(context.Background(), "example")
	var sum int
	var count int64
	g.Go(func() (err error) { sum, err = sinks.Sum(ctx, hub); return err })
	g.Go(func() (err error) { count, err = sinks.Count(ctx, hub); return err })
	for i := range 4 {
		hub.Emit(ctx, i) // waits until both are there
	}
	hub.Complete()
	fmt.Println(g.Wait(), sum, count)
	// Output: <nil> 6 4
}

func ExampleWithMaxAge() {
	news := sources.NewReplayHub[string](10, 16, flow.Block, sources.WithMaxAge(time.Hour))
	news.TryEmit("the river rises")
	news.Complete()
	fmt.Println(sinks.Slice(context.Background(), news)) // an hour later there would be nothing
	// Output: [the river rises] <nil>
}

func ExampleNewUnicastHub() {
	jobs := sources.NewUnicastHub[string](16, flow.Block)
	for _, job := range []string{"build", "test", "ship"} { // before anybody is there to do them
		jobs.Emit(context.Background(), job)
	}
	jobs.Complete()
	fmt.Println(sinks.Slice(context.Background(), jobs))
	// Output: [build test ship] <nil>
}
