package operators_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestGoexitBelowAnOverdueElement: an element that was due while the island was
// busy is emitted when the next one comes. The reader does not return from it;
// the next one is released all the same.
func TestGoexitBelowAnOverdueElement(t *testing.T) {
	for name, op := range map[string]func(tokens) tokens{
		"Debounce":       func(p tokens) tokens { return operators.Debounce(p, ms) },
		"Sample":         func(p tokens) tokens { return operators.Sample(p, ms) },
		"ThrottleLatest": func(p tokens) tokens { return operators.ThrottleLatest(p, ms) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var m mint
				src := sources.Seq(func(yield func(*token) bool) {
					for n := 0; yield(m.token(n)) && n < 5; n++ {
						time.Sleep(time.Duration(n%2+1) * 5 * ms / 4)
					}
				})
				var all sync.WaitGroup
				all.Go(func() {
					_ = sinks.ForEach(t.Context(), op(src), func(_ context.Context, tok *token) error {
						tok.consumed.Add(1)
						runtime.Goexit()
						return nil
					})
				})
				all.Wait()
				synctest.Wait()
				m.require(t, name)
			})
		})
	}
}
