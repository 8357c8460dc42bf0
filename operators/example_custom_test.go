package operators_test

import (
	"context"
	"fmt"
	"iter"
	"log"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleThrough() {
	// differences yields how much each reading differs from the one before.
	differences := func(in iter.Seq[int]) iter.Seq[int] {
		return func(yield func(int) bool) {
			last, first := 0, true
			for v := range in {
				if !first && !yield(v-last) {
					return
				}
				last, first = v, false
			}
		}
	}
	all, err := sinks.Slice(context.Background(), operators.Through(sources.Of(20, 23, 22, 30), differences))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [3 -1 8]
}
