package operators_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// A region that fails does not keep those behind it from being read.
func ExampleWithDelayErrors() {
	read := func(region string) flow.Publisher[string] {
		if region == "north" {
			return sources.Error[string](errors.New("north: no connection"))
		}
		return sources.Of(region+" 1", region+" 2")
	}
	all := operators.ConcatMap(sources.Of("east", "north", "west"), read, operators.WithDelayErrors())
	got, err := sinks.Slice(context.Background(), all)
	fmt.Println(got)
	fmt.Println(err)
	// Output:
	// [east 1 east 2 west 1 west 2]
	// north: no connection
}
