package operators_test

import (
	"fmt"
	"runtime"
	"sync"
	"testing"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestMergeReleasesAfterGoexit below it, while more is in a batch than is
// demanded.
func TestMergeReleasesAfterGoexit(t *testing.T) {
	for _, at := range positions {
		var m mint
		minting := operators.Map(sources.Slice(numbersTo(300)), func(n int) *token { return m.token(n) })
		src := operators.Merge(100, minting, minting, minting)
		calls := 0
		var all sync.WaitGroup
		all.Go(func() {
			_ = sinks.Discard(t.Context(), operators.Take(operators.Map(operators.Async(operators.Map(src, func(tok *token) *token {
				tok.consumed.Add(1)
				if calls++; calls > at {
					runtime.Goexit()
				}
				return m.token(tok.n)
			}), 7), func(tok *token) int { tok.consumed.Add(1); return 0 }), 500))
		})
		all.Wait()
		m.require(t, fmt.Sprintf("Goexit at %d", at))
	}
}
