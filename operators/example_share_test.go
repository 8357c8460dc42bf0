package operators_test

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// sumAndCount reads src twice, at the same time.
func sumAndCount(ctx context.Context, src flow.Publisher[int]) (sum, n int, err error) {
	g, ctx := scheduler.NewGraph(ctx, "example")
	g.Go(func() (err error) {
		sum, err = sinks.Fold(ctx, src, 0, func(a, v int) int { return a + v })
		return err
	})
	g.Go(func() (err error) {
		n, err = sinks.Fold(ctx, src, 0, func(a, _ int) int { return a + 1 })
		return err
	})
	err = g.Wait()
	return sum, n, err
}

func ExampleRefCount() {
	read := 0
	src := operators.Map(sources.Of(3, 4, 5), func(v int) int { read++; return v })
	shared := operators.RefCount(operators.Publish(src, 16, flow.Block), 2)
	fmt.Println(sumAndCount(context.Background(), shared))
	fmt.Println(read, "elements read")
	// Output:
	// 12 3 <nil>
	// 3 elements read
}

func ExamplePublish() {
	ctx := scheduler.With(context.Background(), scheduler.Inline())
	shared := operators.Publish(sources.Of(1, 2, 3), 16, flow.Block)
	results := make(chan int, 2)
	for range 2 {
		shared.Subscribe(ctx, adder{results, new(int)})
	}
	shared.Connect(ctx)
	fmt.Println(<-results, <-results)
	// Output: 6 6
}

// adder sends the sum of what it gets.
type adder struct {
	to  chan<- int
	sum *int
}

func (adder) OnSubscribe(s flow.Subscription) { s.Request(flow.Unbounded) }
func (a adder) OnNext(v int)                  { *a.sum += v }
func (adder) OnError(error)                   {}
func (a adder) OnComplete()                   { a.to <- *a.sum }

func ExampleShare() {
	shared := operators.Share(sources.Of(1, 2, 3), 16, flow.Block)
	for range 2 { // one after the other: nobody is there meanwhile
		fmt.Println(sinks.Slice(context.Background(), shared))
	}
	// Output:
	// [1 2 3] <nil>
	// [1 2 3] <nil>
}

func ExampleReplay() {
	shared := operators.Replay(sources.Of(1, 2, 3), 2, 16, flow.Block)
	for range 2 {
		fmt.Println(sinks.Slice(context.Background(), shared))
	}
	// Output:
	// [1 2 3] <nil>
	// [2 3] <nil>
}
