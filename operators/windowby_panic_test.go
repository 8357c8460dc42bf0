package operators_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestTheSumOfWindowByThatPanics closes, where add panics for the first, the
// second or the third of the windows that an element begins.
func TestTheSumOfWindowByThatPanics(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for k := range 12 {
			calls := 0
			l := &ledger{}
			windows := operators.WindowBy(operators.Throttle(sources.Slice(numbersTo(9)), 1, ms), operators.Hopping(3*ms, ms), 5, func(v int) int { return v % 2 }, 0,
				func(sum, v int) int {
					if calls++; calls > k {
						panic(errStop)
					}
					return sum + v
				})
			require.ErrorIs(t, sinks.Discard(flow.WithObserver(t.Context(), l), windows), errStop)
			l.require(t, nil, "WindowBy")
		}
	})
}
