package operators_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestMergeSortedThatPanicsHandsOnOnce: the elements before the panic are handed
// on, and are not let go as well.
func TestMergeSortedThatPanicsHandsOnOnce(t *testing.T) {
	for _, k := range []int{1, 2, 7, 300} {
		var m mint
		made := func() tokens { return operators.Map(sources.Slice(numbersTo(500)), m.token) }
		calls, got := 0, 0
		merged := operators.MergeSorted(64, func(a, b *token) int {
			if calls++; calls == k+1 {
				panic(errStop)
			}
			return a.n - b.n
		}, made(), made())
		l := &ledger{}
		err := sinks.ForEach(flow.WithObserver(t.Context(), l), merged, func(_ context.Context, e *token) error {
			e.consumed.Add(1)
			got++
			return nil
		})
		require.ErrorIs(t, err, errStop)
		require.Positive(t, got)
		m.require(t, "MergeSorted")
		l.require(t, nil, "MergeSorted")
	}
}
