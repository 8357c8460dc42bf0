package main

import (
	"context"
	"fmt"

	"github.com/weirgo/weir/operators"
)

// Alarm makes handlers for operators.Handle that emit a message when it gets
// warmer than high, when it is then cooler than low, and at the end if it never
// was.
//
// The second way again, as callbacks: for what is a state machine rather than a
// loop, or comes from an interface with such functions. A call may emit as many
// messages as Handle is told, here one.
func Alarm(high, low float64) func() operators.Handler[float64, string] {
	return func() operators.Handler[float64, string] {
		hours, warm := 0, false
		return operators.Handler[float64, string]{
			Next: func(_ context.Context, v float64, emit func(string)) error {
				hours++
				switch {
				case !warm && v > high:
					warm = true
					emit(fmt.Sprintf("on after %d hours", hours))
				case warm && v < low:
					warm = false
					emit(fmt.Sprintf("off after %d hours", hours))
				}
				return nil
			},
			Complete: func(_ context.Context, emit func(string)) error {
				if warm {
					emit("still on")
				}
				return nil
			},
		}
	}
}
