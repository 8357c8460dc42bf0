package operators_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// A feed says itself when it may be read again.
func ExampleRetryWhen() {
	attempts := 0
	feed := sources.Defer(func(context.Context) (flow.Publisher[string], error) {
		if attempts++; attempts == 1 {
			return nil, errors.New("busy")
		}
		return sources.Of("a", "b"), nil
	})
	read := operators.RetryWhen(feed, func(err error) flow.Publisher[int64] {
		fmt.Println("wait:", err)
		return sources.Timer(time.Millisecond)
	})
	got, err := sinks.Slice(context.Background(), read)
	fmt.Println(got, err)
	// Output:
	// wait: defer#1: busy
	// [a b] <nil>
}

// A page is read again a while after it has been read, three times in all.
func ExampleRepeatWhen() {
	reads := 1
	page := sources.Of("news")
	polled := operators.RepeatWhen(page, func() flow.Publisher[int64] {
		if reads++; reads > 3 {
			return sources.Empty[int64]()
		}
		return sources.Timer(time.Millisecond)
	})
	got, err := sinks.Slice(context.Background(), polled)
	fmt.Println(got, err)
	// Output: [news news news] <nil>
}
