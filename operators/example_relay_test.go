package operators_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log"
	"strconv"
	"time"

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

func ExampleRetry() {
	attempt := 0
	flaky := sources.Defer(func(context.Context) (flow.Publisher[string], error) {
		if attempt++; attempt < 3 {
			return nil, errors.New("no connection")
		}
		return sources.Of("a", "b"), nil
	})
	retried := operators.Retry(flaky, 5, operators.WithBackoff(time.Millisecond, time.Second))
	all, err := sinks.Slice(context.Background(), retried)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all, "at attempt", attempt)
	// Output: [a b] at attempt 3
}

func ExampleWithRetryIf() {
	missing := sources.Defer(func(context.Context) (flow.Publisher[string], error) { return nil, fs.ErrNotExist })
	transient := func(err error) bool { return !errors.Is(err, fs.ErrNotExist) }
	err := sinks.Discard(context.Background(), operators.Retry(missing, flow.Unbounded, operators.WithRetryIf(transient)))
	fmt.Println(err)
	// Output: defer#1: file does not exist
}

func ExampleRecover() {
	parse := func(_ context.Context, s string) (int, error) { return strconv.Atoi(s) }
	numbers := operators.TryMap(sources.Of("1", "2", "three", "4"), parse)
	all, err := sinks.Slice(context.Background(), operators.Recover(numbers, func(err error) (int, error) {
		if errors.Is(err, strconv.ErrSyntax) {
			return -1, nil
		}
		return 0, err
	}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [1 2 -1]
}

func ExampleResume() {
	live := operators.Concat(sources.Of("live 1"), sources.Error[string](errors.New("connection lost")))
	cached := sources.Of("cached 2", "cached 3")
	all, err := sinks.Slice(context.Background(), operators.Resume(live, func(error) (flow.Publisher[string], error) {
		return cached, nil
	}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [live 1 cached 2 cached 3]
}
