package operators_test

import (
	"context"
	"fmt"
	"log"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// Two groups at most are open at once: the third key ends that which was used
// least recently, and another one is opened for its key later.
func ExampleWithEviction() {
	words := sources.Of("ant", "bee", "asp", "cow", "bug")
	letters := operators.GroupBy(words, 2, 8, func(word string) string { return word[:1] }, operators.WithEviction())
	read := operators.FlatMap(letters, 2, func(g operators.Group[string, string]) flow.Publisher[[]string] {
		return operators.Batch(g, 100)
	})
	err := sinks.ForEach(context.Background(), read, func(_ context.Context, group []string) error {
		fmt.Println(group)
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Unordered output:
	// [bee]
	// [ant asp]
	// [cow]
	// [bug]
}
