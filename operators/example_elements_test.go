package operators_test

import (
	"fmt"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func ExampleMapIndexed() {
	lines := sources.Of("package x", "", "func f()")
	print(operators.MapIndexed(lines, func(i int64, line string) string {
		return fmt.Sprintf("%d: %s", i+1, line)
	}))
	// Output: [1: package x 2:  3: func f()]
}

func ExamplePairwise() {
	readings := sources.Of(100, 130, 190)
	print(operators.Pairwise(readings, func(previous, v int) int { return v - previous }))
	// Output: [30 60]
}
