package metrics_test

import (
	"context"
	"fmt"
	"os"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/metrics"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleNew() {
	registry := prometheus.NewRegistry() // serve it with promhttp.HandlerFor
	m := metrics.New(registry)
	ctx := flow.WithObserver(flow.WithStream(context.Background(), "numbers"), m)

	even := operators.Filter(sources.Range(1, 10), func(v int64) bool { return v%2 == 0 })
	sum, err := sinks.Fold(ctx, even, 0, func(sum, v int64) int64 { return sum + v })
	fmt.Println(sum, err)

	for _, s := range m.Snapshot() {
		fmt.Println(s.Stream, s.Stage, s.In, s.Out)
	}
	fmt.Println(testutil.GatherAndCount(registry, "weir_stage_elements_total"))
	// Output:
	// 30 <nil>
	// numbers fold#3 5 5
	// numbers filter#2 10 5
	// numbers range#1 0 10
	// 6 <nil>
}

func ExampleWriteTable() {
	m := metrics.New(nil) // only for the table
	lines := new(flow.Stats)
	lines.Out.Store(1200)
	lines.Time().Add(flow.Busy, 29)
	lines.Time().Add(flow.Backpressured, 71)
	parse := new(flow.Stats)
	parse.In.Store(1200)
	parse.Time().Add(flow.Busy, 93)
	parse.Time().Add(flow.Idle, 7)
	m.OnStage(flow.StageInfo{Stream: "words", Stage: "parse"}, parse)
	m.OnStage(flow.StageInfo{Stream: "words", Stage: "lines"}, lines)

	if err := metrics.WriteTable(os.Stdout, m.Snapshot()); err != nil {
		fmt.Println(err)
	}
	fmt.Println(metrics.Bottleneck(m.Snapshot()))
	// Output:
	// stage    in   out  dropped  busy  backpressured  idle
	// lines     0  1200        0  29 %           71 %   0 %
	// parse  1200     0        0  93 %            0 %   7 %
	// parse limits the pipeline: busy 93 % of the time, while lines above it waited 71 % of it for demand.
}
