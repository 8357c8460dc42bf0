package flow_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleDescribe() {
	words := operators.FlatMapSlice(sources.Lines(strings.NewReader("")), strings.Fields)
	hop := operators.Async(words, 64, operators.WithName("hop"))
	upper := operators.Map(hop, strings.ToUpper)
	fmt.Print(flow.Describe(upper).Mermaid())
	// Output:
	// flowchart LR
	//     s1["lines#1"]
	//     s2["flatmapslice#2"]
	//     s3["hop, holds 64"]
	//     s4["map#4"]
	//     s1 --> s2
	//     s2 -.-> s3
	//     s3 --> s4
}

func ExampleStageError() {
	numbers := operators.TryMap(sources.Of("1", "x"),
		func(_ context.Context, s string) (int, error) { return strconv.Atoi(s) }, operators.WithName("parse"))
	err := sinks.Discard(context.Background(), numbers)

	if stage, ok := errors.AsType[*flow.StageError](err); ok {
		fmt.Println("stage:", stage.Stage)
		fmt.Println("cause:", stage.Err)
	}
	// Output:
	// stage: parse
	// cause: strconv.Atoi: parsing "x": invalid syntax
}

func ExamplePanicError() {
	inverse := operators.Map(sources.Of(1, 0), func(v int) int { return 10 / v }, operators.WithName("inverse"))
	err := sinks.Discard(context.Background(), inverse)

	if p, ok := errors.AsType[*flow.PanicError](err); ok {
		fmt.Println("stage:", p.Stage)
		fmt.Println("value:", p.Value)
		fmt.Println("stack:", len(p.Stack) > 0)
	}
	// Output:
	// stage: inverse
	// value: runtime error: integer divide by zero
	// stack: true
}
