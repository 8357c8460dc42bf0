package sinks_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestSeqIsAloneOnItsIsland: while the body of the loop runs, nobody else runs
// the island of the sink, also where a goroutine of a source makes it ready.
func TestSeqIsAloneOnItsIsland(t *testing.T) {
	const n = 2000
	for on, s := range schedulers {
		t.Run(on, func(t *testing.T) {
			for range 20 {
				src := sources.Func(func(_ context.Context, emit func(int) bool) error {
					for i := 0; i < n && emit(i); i++ {
					}
					return nil
				})
				want := 0
				ctx := scheduler.With(t.Context(), s())
				for v, err := range sinks.Seq(ctx, operators.Async(src, 16), sinks.WithPrefetch(10)) {
					require.NoError(t, err)
					require.Equal(t, want, v)
					want++
					_ = fmt.Sprint(v) // some work
				}
				require.Equal(t, n, want)
			}
		})
	}
}
