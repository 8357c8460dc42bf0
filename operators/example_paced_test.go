package operators_test

import (
	"context"
	"fmt"
	"log"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleSampleOn() {
	prices, asked := sources.Of(101, 99, 102), sources.Never[string]()
	shown, err := sinks.Slice(context.Background(), operators.SampleOn(prices, asked, operators.WithLast()))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(shown)
	// Output: [102]
}
