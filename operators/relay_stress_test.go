package operators_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// asking is a subscriber whose demand comes from elsewhere. Its fields are
// plain: signals are serial.
type asking struct {
	sub  chan flow.Subscription
	asks atomic.Int64
	got  []int
	over int
	bad  string
}

func (a *asking) OnSubscribe(sub flow.Subscription) { a.sub <- sub }
func (a *asking) OnNext(v int) {
	if a.got = append(a.got, v); int64(len(a.got)) > a.asks.Load() {
		a.bad = fmt.Sprintf("element %d of %d", len(a.got), a.asks.Load())
	}
}
func (a *asking) OnError(err error) { a.over++; a.bad = err.Error() }
func (a *asking) OnComplete()       { a.over++ }

// shortStreams are n elements in streams of at most two.
func shortStreams(n int) map[string]publisher {
	var srcs []publisher
	for v := range n {
		srcs = append(srcs, sources.Empty[int](), sources.Of(v))
	}
	return map[string]publisher{
		"Concat": operators.Concat(srcs...),
		"ConcatMap": operators.ConcatMap(sources.Slice(numbersTo(n)), func(v int) publisher {
			if v%3 == 0 {
				return operators.Concat(sources.Empty[int](), flowtest.Just(v))
			}
			return sources.Of(v)
		}),
		"Resume": operators.Resume(failing(n/2, errStop), func(error) (publisher, error) {
			return sources.Slice(numbersTo(n)[n/2:]), nil
		}),
	}
}

// TestRelayUnderFire: requests and cancels from many goroutines, while one
// stream follows the other.
func TestRelayUnderFire(t *testing.T) {
	const n, rounds = 300, 40
	for name, src := range shortStreams(n) {
		for on, s := range map[string]func() scheduler.Scheduler{"default": scheduler.Default, "inline": scheduler.Inline} {
			t.Run(name+" on "+on, func(t *testing.T) {
				t.Parallel()
				rng := rand.New(rand.NewPCG(1, 2))
				for round := range rounds {
					leaves := round%2 == 1
					a := &asking{sub: make(chan flow.Subscription, 1)}
					g, _ := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
					scheduler.Subscribe(g, src, a)
					sub := <-a.sub
					var all sync.WaitGroup
					for k := range 3 {
						step, stop := 1+rng.Int64N(5), rng.IntN(n)
						all.Go(func() {
							for asked := 0; asked < n; asked += int(step) {
								if leaves && k == 0 && asked > stop {
									sub.Cancel()
									return
								}
								a.asks.Add(step)
								sub.Request(step)
								runtime.Gosched()
							}
						})
					}
					all.Wait()
					require.NoError(t, g.Wait())
					require.Empty(t, a.bad)
					require.Equal(t, numbersTo(len(a.got)), append([]int{}, a.got...))
					if !leaves {
						require.Equal(t, 1, a.over)
						require.Len(t, a.got, n)
					}
				}
			})
		}
	}
}

// TestRelaysOnManySeeds: the elements do not depend on the order of what
// happens.
func TestRelaysOnManySeeds(t *testing.T) {
	const n = 60
	for name, src := range shortStreams(n) {
		for seed := range uint64(60) {
			ctx := scheduler.With(t.Context(), scheduler.NewSeeded(seed))
			got, err := sinks.Slice(ctx, operators.Async(operators.Map(src, func(v int) int { return v }), 3))
			require.NoError(t, err)
			require.Equal(t, numbersTo(n), got, "%s, seed %d", name, seed)
			retried, err := sinks.Slice(ctx, operators.Retry(operators.Concat(src, sources.Error[int](errStop)), 2))
			require.ErrorIs(t, err, errStop)
			require.Len(t, retried, 3*n)
		}
	}
}
