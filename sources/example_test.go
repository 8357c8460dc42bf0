package sources_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"log"
	"maps"
	"slices"
	"strings"
	"testing/fstest"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleOf() {
	cities, err := sinks.Slice(context.Background(), sources.Of("Basel", "Bern", "Zug"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(cities)
	// Output: [Basel Bern Zug]
}

func ExampleSlice() {
	temperatures := []float64{19.5, 21, 22.5}
	sum, err := sinks.Fold(context.Background(), sources.Slice(temperatures), 0,
		func(sum, t float64) float64 { return sum + t })
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(sum / float64(len(temperatures)))
	// Output: 21
}

func ExampleRange() {
	pages := operators.Map(sources.Range(1, 3), func(page int64) string {
		return fmt.Sprintf("/orders?page=%d", page)
	})
	for url, err := range sinks.Seq(context.Background(), pages) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(url)
	}
	// Output:
	// /orders?page=1
	// /orders?page=2
	// /orders?page=3
}

func ExampleEmpty() {
	history := func(user string) flow.Publisher[string] {
		if user == "guest" {
			return sources.Empty[string]() // guests have none
		}
		return sources.Of("login", "logout")
	}
	events, err := sinks.Slice(context.Background(), history("guest"))
	fmt.Println(len(events), err)
	// Output: 0 <nil>
}

func ExampleNever() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	err := sinks.Discard(ctx, sources.Never[int]())
	fmt.Println(err)
	// Output: context deadline exceeded
}

func ExampleError() {
	errOffline := errors.New("offline")
	fetch := func(online bool) flow.Publisher[string] {
		if !online {
			return sources.Error[string](errOffline)
		}
		return sources.Of("news")
	}
	_, err := sinks.First(context.Background(), fetch(false))
	fmt.Println(errors.Is(err, errOffline))
	// Output: true
}

func ExampleSeq() {
	stock := map[string]int{"pears": 3, "apples": 7}
	sorted := slices.Values(slices.Sorted(maps.Keys(stock)))
	err := sinks.ForEach(context.Background(), sources.Seq(sorted), func(_ context.Context, fruit string) error {
		fmt.Println(fruit, stock[fruit])
		return nil
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// apples 7
	// pears 3
}

func ExampleChan() {
	jobs := make(chan string)
	go func() {
		defer close(jobs) // ends the stream
		for _, job := range []string{"build", "test", "ship"} {
			jobs <- job
		}
	}()
	done, err := sinks.Slice(context.Background(), sources.Chan(jobs))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(done)
	// Output: [build test ship]
}

func ExampleFunc() {
	type page struct {
		users []string
		next  int
	}
	api := map[int]page{0: {[]string{"ann", "bob"}, 1}, 1: {[]string{"cleo"}, -1}}

	users := sources.Func(func(ctx context.Context, emit func(string) bool) error {
		for n := 0; n >= 0; {
			p, ok := api[n] // in life: a request that takes ctx
			if !ok {
				return fmt.Errorf("no page %d", n)
			}
			for _, user := range p.users {
				if !emit(user) {
					return nil // the consumer has left
				}
			}
			n = p.next
		}
		return nil
	}, sources.WithName("users"))

	all, err := sinks.Slice(context.Background(), users)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [ann bob cleo]
}

func ExampleLines() {
	r := strings.NewReader("GET /\nGET /favicon.ico\nPOST /login\n") // in life: a file or a connection
	posts := operators.Filter(sources.Lines(r), func(line string) bool { return strings.HasPrefix(line, "POST") })
	lines, err := sinks.Slice(context.Background(), posts)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(lines)
	// Output: [POST /login]
}

func ExampleWithMaxLine() {
	r := strings.NewReader("short\na line that is much too long\n")
	lines, err := sinks.Slice(context.Background(), sources.Lines(r, sources.WithMaxLine(10), sources.WithName("log")))
	fmt.Println(lines, errors.Is(err, bufio.ErrTooLong))
	fmt.Println(err)
	// Output:
	// [short] true
	// log: line 2: bufio.Scanner: token too long
}

func ExampleFiles() {
	site := fstest.MapFS{ // in life: os.DirFS("site")
		"index.html":      {},
		"img/logo.png":    {},
		"posts/first.md":  {},
		"posts/second.md": {},
	}
	markdown := operators.Filter(sources.Files(site, "."), func(path string) bool {
		return strings.HasSuffix(path, ".md")
	})
	paths, err := sinks.Slice(context.Background(), markdown)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(paths)
	// Output: [posts/first.md posts/second.md]
}
