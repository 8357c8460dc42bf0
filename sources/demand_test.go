package sources_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestDemandIsNotLost that comes from another island while a source with a
// goroutine ends its pass. (Feed.Produce reads the demand to grant credit, and
// Source.Run takes off what was emitted later; a Request in between sees a
// demand that is not 0, so it does not wake the source, and Wait says that
// nothing is due.) A lost request is a stream that stands still for ever.
func TestDemandIsNotLost(t *testing.T) {
	const n = 10_000
	var all sync.WaitGroup
	for range 8 {
		for _, capacity := range []int{1, 2, 5} {
			all.Go(func() {
				src := sources.Func(func(_ context.Context, emit func(int) bool) error {
					for i := 0; i < n && emit(i); i++ {
					}
					return nil
				})
				for name, p := range map[string]flow.Publisher[int]{
					"Async":     operators.Async(src, capacity),
					"Broadcast": operators.Broadcast(src, 1, capacity)[0],
				} {
					ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute) // it takes less than one second
					got, err := sinks.Fold(ctx, p, 0, func(count, _ int) int { return count + 1 })
					cancel()
					if err != nil || got != n {
						t.Errorf("%s(%d) stood still after %d of %d elements: %v", name, capacity, got, n, err)
					}
				}
			})
		}
	}
	all.Wait()
}
