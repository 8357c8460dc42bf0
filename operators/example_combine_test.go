package operators_test

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleSwitchMap() {
	// Each keystroke makes the search for the one before superfluous.
	typed := sources.Of("w", "we", "weir")
	results := operators.SwitchMap(typed, func(text string) flow.Publisher[string] {
		if text != "weir" {
			return sources.Never[string]() // a slow search
		}
		return sources.Of("weir, a low dam", "weird")
	})
	all, err := sinks.Slice(context.Background(), results)
	fmt.Println(all, err)
	// Output: [weir, a low dam weird] <nil>
}

func ExampleExhaustMap() {
	// A second click on a button does nothing while the first is at work.
	clicks := sources.Of(1, 2, 3)
	saved := operators.ExhaustMap(clicks, func(click int) flow.Publisher[string] {
		return operators.Concat(sources.Of(fmt.Sprint("saving ", click)), sources.Never[string]())
	})
	first, err := sinks.First(context.Background(), saved)
	fmt.Println(first, err)
	// Output: saving 1 <nil>
}
