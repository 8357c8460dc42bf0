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

func ExampleConcat() {
	header := sources.Of("name,age")
	rows := sources.Of("ann,30", "bob,41")
	all, err := sinks.Slice(context.Background(), operators.Concat(header, rows))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [name,age ann,30 bob,41]
}

func ExampleConcatMap() {
	pages := sources.Range(1, 3)
	entries := func(page int64) flow.Publisher[string] { // each page is a stream of its own
		return operators.Map(sources.Range(0, page), func(i int64) string { return fmt.Sprintf("%d/%d", page, i) })
	}
	all, err := sinks.Slice(context.Background(), operators.ConcatMap(pages, entries))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [1/0 2/0 2/1 3/0 3/1 3/2]
}
