package operators_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestMapAsyncKeyedSkips: an element that f leaves out gives its key free, and
// its room.
func TestMapAsyncKeyedSkips(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := operators.MapAsyncKeyed(sources.Range(0, 100), 2, 4, func(v int64) int64 { return v % 3 },
			func(_ context.Context, v int64) (int64, error) {
				if v%2 == 0 {
					return 0, flow.ErrSkip
				}
				return v, nil
			})
		got, err := sinks.Slice(t.Context(), src)
		require.NoError(t, err)
		require.Len(t, got, 50)
	})
}
