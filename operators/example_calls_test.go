package operators_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleMapAsync() {
	price := func(ctx context.Context, item string) (string, error) {
		select { // a request to some service
		case <-time.After(time.Millisecond):
			return item + "=" + fmt.Sprint(len(item)), nil
		case <-ctx.Done():
			return "", ctx.Err()
		}
	}
	items := sources.Of("ant", "bear", "camel")
	priced := operators.MapAsync(items, 8, price) // at most 8 requests at once
	got, err := sinks.Slice(context.Background(), priced)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(got)
	// Output: [ant=3 bear=4 camel=5]
}
