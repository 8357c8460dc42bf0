package metrics_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/metrics"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func spin(d time.Duration) { for t := time.Now(); time.Since(t) < d; {} }

func show(title string, wall time.Duration, m *metrics.Metrics) {
	fmt.Println("==", title, "wall", wall)
	metrics.WriteTable(os.Stdout, m.Snapshot())
	for _, s := range m.Snapshot() {
		all := s.Busy + s.Backpressured + s.Idle
		fmt.Printf("  %-12s workers %d out'g %d buffered %d lost %v sum %v (%.2f%% of wall)\n", s.Stage, s.Workers, s.Outstanding, s.Buffered, s.Lost, all, 100*float64(all)/float64(wall))
	}
	fmt.Println(metrics.Bottleneck(m.Snapshot()))
}

func pipe(ctx context.Context, n int64, work func(int64) int64) (int64, error) {
	src := sources.Range(1, n)
	a := operators.Map(src, work)
	b := operators.Async(a, 256)
	c := operators.Filter(b, func(v int64) bool { return v%2 == 0 })
	return sinks.Fold(ctx, c, int64(0), func(s, v int64) int64 { return s + v })
}

func TestRealFast(t *testing.T) {
	m := metrics.New(nil)
	ctx := flow.WithObserver(t.Context(), m)
	start := time.Now()
	pipe(ctx, 20_000_000, func(v int64) int64 { return v })
	show("fast", time.Since(start), m)
	time.Sleep(100 * time.Millisecond)
	show("fast, 100ms after the end", time.Since(start), m)
}

func TestRealSlowMap(t *testing.T) {
	m := metrics.New(nil)
	ctx := flow.WithObserver(t.Context(), m)
	start := time.Now()
	pipe(ctx, 20_000, func(v int64) int64 { spin(20 * time.Microsecond); return v })
	show("slow map 20us", time.Since(start), m)
}

func TestRealSlowSink(t *testing.T) {
	m := metrics.New(nil)
	ctx := flow.WithObserver(t.Context(), m)
	start := time.Now()
	c := operators.Async(operators.Map(sources.Range(1, 20000), func(v int64) int64 { return v }), 256)
	sinks.Fold(ctx, c, 0, func(s int, v int64) int { spin(20 * time.Microsecond); return s })
	show("slow sink 20us", time.Since(start), m)
}

func TestRealCancel(t *testing.T) {
	m := metrics.New(nil)
	ctx := flow.WithObserver(t.Context(), m)
	start := time.Now()
	c := operators.Filter(operators.Async(operators.Map(sources.Range(1, 1_000_000), func(v int64) int64 { return v }), 256), func(int64) bool { return true })
	for v, err := range sinks.Seq(ctx, c) {
		if v == 1000 || err != nil { break }
	}
	w := time.Since(start)
	show("cancel by break", w, m)
	time.Sleep(100 * time.Millisecond)
	show("cancel by break, 100 ms after", w, m)
}

func TestRealTake(t *testing.T) {
	m := metrics.New(nil)
	ctx := flow.WithObserver(t.Context(), m)
	start := time.Now()
	c := operators.Take(operators.Map(sources.Range(1, 1_000_000), func(v int64) int64 { return v }), 1000)
	sinks.Fold(ctx, c, 0, func(s int, v int64) int { return s })
	w := time.Since(start)
	show("take", w, m)
	time.Sleep(100 * time.Millisecond)
	show("take, 100 ms after", w, m)
}

func TestRealCtx(t *testing.T) {
	m := metrics.New(nil)
	ctx, cancel := context.WithCancel(flow.WithObserver(t.Context(), m))
	start := time.Now()
	c := operators.Async(operators.Map(sources.Range(1, 1_000_000_000), func(v int64) int64 { if v == 100000 { cancel() }; return v }), 256)
	_, err := sinks.Fold(ctx, c, 0, func(s int, v int64) int { return s })
	w := time.Since(start)
	fmt.Println(err)
	show("ctx", w, m)
	time.Sleep(100 * time.Millisecond)
	show("ctx, 100 ms after", w, m)
}

func TestRealBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := metrics.New(nil)
		ctx := flow.WithObserver(t.Context(), m)
		start := time.Now()
		pipe(ctx, 1000, func(v int64) int64 { time.Sleep(time.Millisecond); return v })
		show("bubble slow map", time.Since(start), m)
	})
	synctest.Test(t, func(t *testing.T) {
		m := metrics.New(nil)
		ctx := flow.WithObserver(t.Context(), m)
		start := time.Now()
		c := operators.Async(operators.Map(sources.Range(1, 1000), func(v int64) int64 { time.Sleep(time.Millisecond); return v }), 256)
		sinks.ForEach(ctx, c, func(context.Context, int64) error { time.Sleep(3 * time.Millisecond); return nil })
		show("bubble slow sink 3:1", time.Since(start), m)
	})
	synctest.Test(t, func(t *testing.T) {
		m := metrics.New(nil)
		ctx := flow.WithObserver(t.Context(), m)
		start := time.Now()
		c := operators.Map(sources.Range(1, 1000), func(v int64) int64 { time.Sleep(time.Millisecond); return v })
		sinks.ForEach(ctx, c, func(context.Context, int64) error { time.Sleep(3 * time.Millisecond); return nil })
		show("bubble one island 1:3", time.Since(start), m)
	})
	synctest.Test(t, func(t *testing.T) {
		m := metrics.New(nil)
		ctx := flow.WithObserver(t.Context(), m)
		start := time.Now()
		ch := make(chan int)
		go func() { for i := range 100 { time.Sleep(10 * time.Millisecond); ch <- i }; close(ch) }()
		c := operators.Async(operators.Map(sources.Chan(ch), func(v int) int { time.Sleep(time.Millisecond); return v }), 256)
		sinks.ForEach(ctx, c, func(context.Context, int) error { time.Sleep(2 * time.Millisecond); return nil })
		show("bubble slow chan", time.Since(start), m)
	})
}

func TestMoreSlowForEach(t *testing.T) {
	for range 3 {
		m := metrics.New(nil)
		ctx := flow.WithObserver(t.Context(), m)
		start := time.Now()
		c := operators.Async(sources.Range(1, 200), 256)
		go func() { time.Sleep(600 * time.Millisecond); show("mid-run", time.Since(start), m) }()
		sinks.ForEach(ctx, c, func(context.Context, int64) error { time.Sleep(5 * time.Millisecond); return nil })
		show("real slow foreach 5ms", time.Since(start), m)
	}
}

func TestMoreChan(t *testing.T) {
	m := metrics.New(nil)
	ctx := flow.WithObserver(t.Context(), m)
	start := time.Now()
	ch := make(chan int)
	go func() { for i := range 100 { time.Sleep(10 * time.Millisecond); ch <- i }; close(ch) }()
	c := operators.Async(operators.Map(sources.Chan(ch), func(v int) int { spin(time.Millisecond); return v }), 256)
	sinks.ForEach(ctx, c, func(context.Context, int) error { spin(2 * time.Millisecond); return nil })
	show("real chan: want map 10 %, foreach 20 % busy", time.Since(start), m)
}

func TestMoreMerge(t *testing.T) {
	m := metrics.New(nil)
	ctx := flow.WithObserver(t.Context(), m)
	start := time.Now()
	src := operators.Map(sources.Range(1, 2000), func(v int64) int64 { spin(100*time.Microsecond); return v })
	c := operators.Merge(64, src, src)
	n, err := sinks.Fold(ctx, c, 0, func(s int, v int64) int { return s+1 })
	fmt.Println(n, err)
	show("merge of the same publisher twice: map, range have 2 workers", time.Since(start), m)
}

func TestMoreBroadcast(t *testing.T) {
	m := metrics.New(nil)
	ctx := flow.WithObserver(t.Context(), m)
	start := time.Now()
	outs := operators.Broadcast(operators.Map(sources.Range(1, 2000), func(v int64) int64 { spin(50*time.Microsecond); return v }), 2, 64)
	n, err := sinks.Fold(ctx, operators.Merge(64, outs...), 0, func(s int, v int64) int { return s+1 })
	fmt.Println(n, err)
	show("broadcast + merge", time.Since(start), m)
}

func TestMoreBuffer(t *testing.T) {
	for _, st := range []flow.Overflow{flow.DropOldest, flow.DropIncoming, flow.Latest} {
		m := metrics.New(nil)
		ctx := flow.WithObserver(t.Context(), m)
		start := time.Now()
		c := operators.Buffer(sources.Range(1, 200000), 16, st)
		n, err := sinks.Fold(ctx, c, 0, func(s int, v int64) int { spin(time.Microsecond); return s+1 })
		fmt.Println(n, err)
		show("buffer "+st.String(), time.Since(start), m)
	}
}

func TestMoreSubscriptionsOneAfterAnother(t *testing.T) {
	m := metrics.New(nil)
	ctx := flow.WithObserver(t.Context(), m)
	for range 1000 {
		sinks.Fold(ctx, operators.Take(operators.Map(sources.Range(1, 100), func(v int64) int64 { return v }), 10), 0, func(s int, v int64) int { return s })
	}
	show("1000 runs with take", time.Second, m)
}
