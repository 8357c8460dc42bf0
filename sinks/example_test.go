package sinks_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"strings"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleForEach() {
	orders := sources.Of("tea", "coffee", "milk")
	err := sinks.ForEach(context.Background(), orders, func(ctx context.Context, order string) error {
		_, err := fmt.Println("serving", order)
		return err // an error would end the stream
	})
	if err != nil {
		log.Fatal(err)
	}
	// Output:
	// serving tea
	// serving coffee
	// serving milk
}

// The error of the function names the stage.
func ExampleForEach_error() {
	err := sinks.ForEach(context.Background(), sources.Range(1, 100), func(_ context.Context, id int64) error {
		if id == 3 {
			return errors.New("disk full")
		}
		fmt.Println("stored", id)
		return nil
	}, sinks.WithName("store"))
	fmt.Println(err)
	// Output:
	// stored 1
	// stored 2
	// store: disk full
}

func ExampleDiscard() {
	seen := 0
	counted := operators.Map(sources.Of("a", "b"), func(s string) string { seen++; return s })
	if err := sinks.Discard(context.Background(), counted); err != nil {
		log.Fatal(err)
	}
	fmt.Println(seen)
	// Output: 2
}

func ExampleSlice() {
	squares := operators.Map(sources.Range(1, 5), func(n int64) int64 { return n * n })
	all, err := sinks.Slice(context.Background(), squares)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [1 4 9 16 25]
}

func ExampleFirst() {
	words := sources.Of("ant", "elephant", "bee", "crocodile")
	long := operators.Filter(words, func(w string) bool { return len(w) > 5 })
	word, err := sinks.First(context.Background(), long)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(word)
	// Output: elephant
}

// A stream without an element has no first one.
func ExampleFirst_empty() {
	_, err := sinks.First(context.Background(), sources.Empty[string]())
	fmt.Println(errors.Is(err, flow.ErrEmpty))
	// Output: true
}

func ExampleFold() {
	words := sources.Of("to", "be", "or", "not", "to", "be")
	counts, err := sinks.Fold(context.Background(), words, map[string]int{},
		func(counts map[string]int, word string) map[string]int { counts[word]++; return counts })
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(counts)
	// Output: map[be:2 not:1 or:1 to:2]
}

func ExampleSeq() {
	lines := sources.Lines(strings.NewReader("name: weir\n\nbody\n"))
	for line, err := range sinks.Seq(context.Background(), lines) {
		if err != nil {
			log.Fatal(err)
		}
		if line == "" {
			break // the header ends: the stream is cancelled
		}
		fmt.Println(line)
	}
	// Output: name: weir
}

func ExampleWithPrefetch() {
	sum := int64(0)
	for n, err := range sinks.Seq(context.Background(), sources.Range(1, 1000), sinks.WithPrefetch(256)) {
		if err != nil {
			log.Fatal(err)
		}
		sum += n
	}
	fmt.Println(sum)
	// Output: 500500
}

func ExampleLines() {
	upper := operators.Map(sources.Of("one", "two"), strings.ToUpper)
	if err := sinks.Lines(context.Background(), upper, os.Stdout); err != nil {
		log.Fatal(err)
	}
	// Output:
	// ONE
	// TWO
}
