package main

import (
	"context"
	"strconv"
	"strings"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// Readings emits the numbers in lines. It leaves out empty lines and comments,
// and fails at what is no number.
//
// The first way: a function from publisher to publisher. Nothing runs here; the
// stages that it puts together keep the rules.
func Readings(lines flow.Publisher[string]) flow.Publisher[float64] {
	numbers := operators.Filter(lines, func(line string) bool { return line != "" && !strings.HasPrefix(line, "#") })
	return operators.TryMap(numbers, func(_ context.Context, line string) (float64, error) {
		return strconv.ParseFloat(line, 64)
	}, operators.WithName("readings"))
}
