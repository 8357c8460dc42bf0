// Command hello is the program at the top of the README.
package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func main() {
	lines := sources.Lines(strings.NewReader("to be or\nnot to be"))
	words := operators.FlatMapSlice(lines, strings.Fields)
	ready := operators.Async(words, 256) // everything above runs concurrently with everything below
	count := func(m map[string]int, word string) map[string]int { m[word]++; return m }
	counts, err := sinks.Fold(context.Background(), ready, map[string]int{}, count)
	fmt.Println(counts, err)
}
