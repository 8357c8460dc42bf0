package operators_test

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// Of three orders that are taken, two are urgent, while there are both.
func ExampleMergePrioritized() {
	urgent := sources.Of("u1", "u2", "u3", "u4")
	normal := sources.Of("n1", "n2", "n3", "n4")
	orders := operators.MergePrioritized(16, []int{2, 1}, urgent, normal)
	got, err := sinks.Slice(context.Background(), orders)
	fmt.Println(got, err)
	// Output: [u1 n1 u2 u3 n2 u4 n3 n4] <nil>
}
