package operators_test

import (
	"context"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestKeysThatDoNotEqualThemselves have a lane each, and find no partner.
func TestKeysThatDoNotEqualThemselves(t *testing.T) {
	nan := func(int64) float64 { return math.NaN() }
	n := 0
	err := sinks.ForEach(t.Context(), operators.MapAsyncKeyed(sources.Range(0, 100), 4, 8, nan,
		func(_ context.Context, v int64) (int64, error) { return v, nil }),
		func(context.Context, int64) error { n++; return nil })
	require.NoError(t, err)
	require.Equal(t, 100, n)
	synctest.Test(t, func(t *testing.T) {
		a, b := operators.Throttle(sources.Range(0, 50), 1, time.Millisecond), operators.Throttle(sources.Range(0, 50), 1, time.Millisecond)
		got, err := sinks.Slice(t.Context(), operators.JoinWithin(a, b, time.Hour, 2, nan, nan, func(v, w int64) int64 { return v + w }))
		require.NoError(t, err)
		require.Empty(t, got)
	})
}

// TestBatchAtOfNothing: other may end before src is there.
func TestBatchAtOfNothing(t *testing.T) {
	for range 100 {
		for _, other := range []publisher{sources.Empty[int](), failing(0, errStop)} {
			_, err := sinks.Slice(t.Context(), operators.Async(operators.BatchAt(sources.Of(1, 2), other, 3), 1))
			if err != nil {
				require.ErrorIs(t, err, errStop)
			}
		}
	}
}
