package scheduler_test

import (
	"context"
	"fmt"
	"log"
	"math/big"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleNewGraph() {
	g, ctx := scheduler.NewGraph(context.Background(), "import")
	var users, orders []string
	g.Go(func() (err error) {
		users, err = sinks.Slice(ctx, sources.Of("ann", "bob"))
		return err
	})
	g.Go(func() (err error) {
		orders, err = sinks.Slice(ctx, sources.Of("tea"))
		return err
	})
	if err := g.Wait(); err != nil { // the first error; it has cancelled the other
		log.Fatal(err)
	}
	fmt.Println(users, orders)
	// Output: [ann bob] [tea]
}

func ExampleNewPool() {
	pool := scheduler.NewPool(2) // at most two cores, however many streams there are
	g, ctx := scheduler.NewGraph(context.Background(), "primes", scheduler.On(pool))
	counts := make([]int, 3)
	for i := range counts {
		g.Go(func() (err error) {
			from := int64(1000 * i)
			primes := operators.Filter(sources.Range(from, 1000), func(n int64) bool {
				return big.NewInt(n).ProbablyPrime(0)
			})
			counts[i], err = sinks.Fold(ctx, primes, 0, func(n int, _ int64) int { return n + 1 })
			return err
		})
	}
	if err := g.Wait(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(counts)
	// Output: [168 135 127]
}

// printer is a subscriber that asks for all there is.
type printer struct{}

func (printer) OnSubscribe(sub flow.Subscription) { sub.Request(flow.Unbounded) }
func (printer) OnNext(v int64)                    { fmt.Println("got", v) }
func (printer) OnError(err error)                 { fmt.Println("failed:", err) }
func (printer) OnComplete()                       { fmt.Println("done") }

func ExampleSubscribe() {
	g, _ := scheduler.NewGraph(context.Background(), "numbers")
	scheduler.Subscribe(g, sources.Range(1, 2), printer{}) // does not block
	if err := g.Wait(); err != nil {
		log.Fatal(err)
	}
	// Output:
	// got 1
	// got 2
	// done
}

func ExampleGraph_Drain() {
	g, ctx := scheduler.NewGraph(context.Background(), "sensor")
	three := make(chan struct{})
	readings := sources.Func(func(ctx context.Context, emit func(int) bool) error {
		for v := range 3 {
			if !emit(v) {
				return nil
			}
		}
		close(three)
		select { // nothing more to read, until somebody asks the graph to stop
		case <-flow.Draining(ctx):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	g.Go(func() error { return sinks.Discard(ctx, operators.Async(readings, 8)) })

	<-three
	report, err := g.Drain(context.Background()) // in life: with a deadline
	if err != nil {
		log.Fatal(err)
	}
	if err := g.Wait(); err != nil {
		log.Fatal(err)
	}
	fmt.Println(report)
	// Output: 3 delivered, 0 dropped, 0 discarded
}
