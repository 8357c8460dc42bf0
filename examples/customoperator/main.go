// Command customoperator shows the three ways to write an operator of your own.
// README.md says what to read first.
package main

import (
	"context"
	"fmt"
	"log"
	"strings"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

const diary = `
# greenhouse, degrees Celsius, every hour
19
20
24
28
# the window was opened
29
27
22
17
`

func main() {
	show("every third reading", Every(greenhouse(), 3))
	show("average of three", operators.Through(greenhouse(), Average(3)))
	show("alarm", operators.Handle(greenhouse(), 1, Alarm(25, 20)))
}

func greenhouse() flow.Publisher[float64] { return Readings(sources.Lines(strings.NewReader(diary))) }

// show prints all elements of src.
func show[T any](title string, src flow.Publisher[T]) {
	all, err := sinks.Slice(context.Background(), src)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%s: %v\n", title, all)
}
