package operators_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
)

// TestMapAsyncReleasesBehindASecondError: of two chunks whose calls fail in the
// same moment one ends the stream. What the other had left is let go as well.
func TestMapAsyncReleasesBehindASecondError(t *testing.T) {
	for _, opts := range [][]operators.Option{nil, {operators.Unordered()}} {
		for seed := range uint64(20) {
			t.Run(fmt.Sprint(len(opts), seed), func(t *testing.T) {
				var m mint
				flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
					src := operators.MapAsync(tokenSources["Seq"](&m), 4, func(_ context.Context, v *token) (*token, error) {
						v.consumed.Add(1)
						if v.n < 300 {
							return m.token(v.n), nil
						}
						time.Sleep(time.Second)
						return nil, errStop
					}, opts...)
					_ = sinks.ForEach(ctx, src, func(_ context.Context, v *token) error { v.consumed.Add(1); return nil })
				})
				m.require(t, "after two errors")
			})
		}
	}
}
