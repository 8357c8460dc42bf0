package rxbridge_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/reactivex/rxgo/v2"
	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/rxbridge"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// The functions are what docs/coming-from-rxgo.md shows, in its order. Their
// output is that of both sides.

func Example_chain_rxgo() {
	observable := rxgo.Range(1, 10).
		Filter(func(v any) bool { return v.(int)%2 == 0 }).
		Map(func(_ context.Context, v any) (any, error) { return v.(int) * 10, nil })
	for item := range observable.Observe() {
		if item.Error() {
			fmt.Println("failed:", item.E)
			return
		}
		fmt.Println(item.V)
	}
	// Output:
	// 20
	// 40
	// 60
	// 80
	// 100
}

func Example_chain() {
	ctx := context.Background()
	even := operators.Filter(sources.Range(1, 10), func(v int64) bool { return v%2 == 0 })
	tens := operators.Map(even, func(v int64) int64 { return v * 10 })
	for v, err := range sinks.Seq(ctx, tens) {
		if err != nil {
			fmt.Println("failed:", err)
			return
		}
		fmt.Println(v)
	}
	// Output:
	// 20
	// 40
	// 60
	// 80
	// 100
}

func lookup(_ context.Context, id int) (string, error) {
	return fmt.Sprint("user ", id), nil
}

func Example_concurrent_rxgo() {
	observable := rxgo.Just(1, 2, 3)().
		Map(func(ctx context.Context, v any) (any, error) { return lookup(ctx, v.(int)) },
			rxgo.WithPool(8)) // in no order
	n, err := observable.Count().Get()
	fmt.Println(n.V, err)
	// Output: 3 <nil>
}

func Example_concurrent() {
	ctx := context.Background()
	users := operators.MapAsync(sources.Of(1, 2, 3), 8, lookup) // in order
	all, err := sinks.Slice(ctx, users)
	fmt.Println(all, err)
	// Output: [user 1 user 2 user 3] <nil>
}

var errEmpty = errors.New("the store is empty")

func Example_errors_rxgo() {
	observable := rxgo.Just(1, errEmpty)().
		OnErrorReturn(func(err error) any { return -1 })
	for item := range observable.Observe() {
		fmt.Println(item.V)
	}
	// Output:
	// 1
	// -1
}

func Example_errors() {
	ctx := context.Background()
	stored := operators.Concat(sources.Of(1), sources.Error[int](errEmpty))
	patched := operators.Recover(stored, func(err error) (int, error) { return -1, nil })
	for v := range sinks.Seq(ctx, patched) {
		fmt.Println(v)
	}
	// Output:
	// 1
	// -1
}

func Example_hot_rxgo() {
	ticks := make(chan rxgo.Item)
	go func() {
		for v := range 1000 {
			ticks <- rxgo.Of(v) // waits for the slowest observer
		}
		close(ticks)
	}()
	n, _ := rxgo.FromEventSource(ticks, rxgo.WithBackPressureStrategy(rxgo.Drop)).Count().Get()
	fmt.Println(n.V.(int64) <= 1000)
	// Output: true
}

func Example_hot() {
	ctx := context.Background()
	ticks := sources.Push(64, flow.DropOldest, func(_ context.Context, out *sources.Emitter[int]) error {
		for v := range 1000 {
			out.Emit(v) // says what has become of v
		}
		out.Complete()
		return nil
	})
	n, _ := sinks.Fold(ctx, ticks, 0, func(n, _ int) int { return n + 1 })
	fmt.Println(n <= 1000)
	// Output: true
}

func Example_share() {
	g, ctx := scheduler.NewGraph(context.Background(), "share")
	outs := operators.Broadcast(sources.Of(1, 2, 3), 2, 16)
	var sum, largest int
	g.Go(func() (err error) {
		sum, err = sinks.Fold(ctx, outs[0], 0, func(a, b int) int { return a + b })
		return err
	})
	g.Go(func() (err error) {
		largest, err = sinks.Fold(ctx, outs[1], 0, func(a, b int) int { return max(a, b) })
		return err
	})
	fmt.Println(g.Wait(), sum, largest)
	// Output: <nil> 6 3
}

func Example_bridge_from() {
	ctx := context.Background()
	legacy := rxgo.Range(1, 5).Map(func(_ context.Context, v any) (any, error) { return v.(int) * 2, nil })
	src := rxbridge.Publisher[int](legacy, 64, flow.Block)
	sum, err := sinks.Fold(ctx, src, 0, func(a, b int) int { return a + b })
	fmt.Println(sum, err)
	// Output: 30 <nil>
}

func Example_bridge_to() {
	src := operators.Map(sources.Range(1, 5), func(v int64) int64 { return v * 2 })
	sum, err := rxbridge.Observable(src).SumInt64().Get()
	fmt.Println(sum.V, err)
	// Output: 30 <nil>
}

// TestThePageShowsThis: each block of code of the page is a function above.
func TestThePageShowsThis(t *testing.T) {
	page, err := os.ReadFile("../docs/coming-from-rxgo.md")
	require.NoError(t, err)
	code, err := os.ReadFile("page_test.go")
	require.NoError(t, err)
	blocks := strings.Split(string(page), "```go\n")[1:]
	require.Len(t, blocks, strings.Count(string(code), "\nfunc Example_"))
	for _, b := range blocks {
		b, _, _ = strings.Cut(b, "```")
		var body strings.Builder
		for line := range strings.Lines(b) {
			if line != "\n" {
				body.WriteString("\t")
			}
			body.WriteString(line)
		}
		require.Contains(t, string(code), body.String())
	}
}
