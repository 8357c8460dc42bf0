package sources_test

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"log"
	"strings"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleGenerate() {
	rows := sources.Generate(
		func(context.Context) (*csv.Reader, error) {
			return csv.NewReader(strings.NewReader("tea,3\nsalt,1\n")), nil
		},
		func(_ context.Context, r *csv.Reader) ([]string, error) { return r.Read() }, // io.EOF is the end
		nil, // nothing to close
	)
	all, err := sinks.Slice(context.Background(), rows)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [[tea 3] [salt 1]]
}

func ExampleCall() {
	version := func(context.Context) (string, error) { return "1.4", nil } // asks a service
	v, err := sinks.First(context.Background(), sources.Call(version))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(v)
	// Output: 1.4
}

func ExampleUsing() {
	open := func(context.Context) (io.ReadCloser, error) { // a connection
		return io.NopCloser(strings.NewReader("a\nb\nc\n")), nil
	}
	lines := sources.Using(open,
		func(r io.ReadCloser) flow.Publisher[string] { return sources.Lines(r) },
		func(r io.ReadCloser) error { fmt.Println("closed"); return r.Close() })
	two, err := sinks.Slice(context.Background(), operators.Take(lines, 2))
	fmt.Println(two, err)
	// Output:
	// closed
	// [a b] <nil>
}
