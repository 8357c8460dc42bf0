package sources_test

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// printer prints what it gets.
type printer struct{ name string }

func (printer) OnSubscribe(s flow.Subscription) { s.Request(flow.Unbounded) }
func (p printer) OnNext(v int)                  { fmt.Println(p.name, v) }
func (p printer) OnError(err error)             { fmt.Println(p.name, err) }
func (p printer) OnComplete()                   { fmt.Println(p.name, "done") }

func ExampleNewHub() {
	ctx := scheduler.With(context.Background(), scheduler.Inline())
	hub := sources.NewHub[int](16, flow.DropOldest)
	fmt.Println(hub.Emit(ctx, 1))
	hub.Subscribe(ctx, printer{"a"})
	hub.Emit(ctx, 2)
	hub.Subscribe(ctx, printer{"b"})
	fmt.Println(hub.Emit(ctx, 3))
	hub.Complete()
	// Output:
	// unheard
	// a 2
	// a 3
	// b 3
	// accepted
	// a done
	// b done
}

func ExampleNewReplayHub() {
	ctx := context.Background()
	hub := sources.NewReplayHub[int](2, 16, flow.Block)
	for i := range 5 {
		hub.Emit(ctx, i)
	}
	hub.Complete()
	late, err := sinks.Slice(ctx, hub)
	fmt.Println(late, err)
	// Output: [3 4] <nil>
}

func ExampleNewStateHub() {
	ctx := context.Background()
	level := sources.NewStateHub("low", 1, flow.Latest)
	level.Emit(ctx, "high")
	fmt.Println(level.Value())
	first, err := sinks.First(ctx, level)
	fmt.Println(first, err)
	// Output:
	// high
	// high <nil>
}

func ExampleNewMergeHub() {
	hub := sources.NewMergeHub[int](16)
	hub.Add(sources.Of(1, 2))
	hub.Add(sources.Of(3))
	hub.Close()
	n, err := sinks.Fold(context.Background(), hub, 0, func(n, _ int) int { return n + 1 })
	fmt.Println(n, err)
	// Output: 3 <nil>
}
