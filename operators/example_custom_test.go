package operators_test

import (
	"context"
	"fmt"
	"iter"
	"log"
	"strings"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func ExampleThrough() {
	// differences yields how much each reading differs from the one before.
	differences := func(in iter.Seq[int]) iter.Seq[int] {
		return func(yield func(int) bool) {
			last, first := 0, true
			for v := range in {
				if !first && !yield(v-last) {
					return
				}
				last, first = v, false
			}
		}
	}
	all, err := sinks.Slice(context.Background(), operators.Through(sources.Of(20, 23, 22, 30), differences))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [3 -1 8]
}

func ExampleHandle() {
	// paragraphs joins lines until an empty one.
	paragraphs := func() operators.Handler[string, string] {
		var lines []string
		flush := func(emit func(string)) {
			if len(lines) > 0 {
				emit(strings.Join(lines, " "))
				lines = nil
			}
		}
		return operators.Handler[string, string]{
			Next: func(_ context.Context, line string, emit func(string)) error {
				if line != "" {
					lines = append(lines, line)
					return nil
				}
				flush(emit)
				return nil
			},
			Complete: func(_ context.Context, emit func(string)) error {
				flush(emit)
				return nil
			},
		}
	}
	lines := sources.Of("to be", "or not", "", "to be")
	all, err := sinks.Slice(context.Background(), operators.Handle(lines, 1, paragraphs))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q\n", all)
	// Output: ["to be or not" "to be"]
}

// celsius is a processor that converts temperatures.
type celsius struct{ flow.Subscriber[float64] }

func (p *celsius) Subscribe(_ context.Context, s flow.Subscriber[float64]) { p.Subscriber = s }
func (p *celsius) OnNext(fahrenheit float64)                               { p.Subscriber.OnNext((fahrenheit - 32) / 1.8) }

func ExampleVia() {
	newCelsius := func() flow.Processor[float64, float64] { return new(celsius) }
	all, err := sinks.Slice(context.Background(), operators.Via(sources.Of(32.0, 50, 212), newCelsius))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(all)
	// Output: [0 10 100]
}
