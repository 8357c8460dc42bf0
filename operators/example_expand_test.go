package operators_test

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// All folders below one, those next to it first.
func ExampleExpand() {
	folders := map[string][]string{
		"/":         {"/etc", "/home"},
		"/home":     {"/home/ann", "/home/bob"},
		"/home/ann": {"/home/ann/mail"},
	}
	all := operators.Expand(sources.Of("/"), 100, func(folder string) flow.Publisher[string] {
		return sources.Slice(folders[folder])
	})
	got, err := sinks.Slice(context.Background(), all)
	fmt.Println(got, err)
	// Output: [/ /etc /home /home/ann /home/bob /home/ann/mail] <nil>
}
