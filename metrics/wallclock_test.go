package metrics_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/metrics"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

type ints = flow.Publisher[int]

const ms = time.Millisecond

// endless emits for ever, one element each d.
func endless(d time.Duration) ints { return counting(1<<60, d) }

// calls is endless from a goroutine that waits on the outside.
func calls(d time.Duration) ints {
	return sources.Func(func(ctx context.Context, emit func(int) bool) error {
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(d):
			}
			if !emit(i) {
				return nil
			}
		}
	})
}

func slow(src ints, d time.Duration) ints {
	return operators.Map(src, func(v int) int { time.Sleep(d); return v })
}

func fast(src ints) ints { return slow(src, 0) }

func twice(src ints) ints {
	return operators.FlatMapSlice(src, func(v int) []int { return []int{v, v} })
}

func odd(src ints) ints { return operators.Filter(src, func(v int) bool { return v%2 > 0 }) }

// alien hides a publisher, so that it is adapted.
func alien(src ints) ints {
	return flow.PublisherFunc[int](func(ctx context.Context, s flow.Subscriber[int]) {
		src.Subscribe(ctx, struct{ flow.Subscriber[int] }{s})
	})
}

// endlessGraphs live from the start of their run to its end, every stage of
// them. Each value is what one of the graph's sinks reads.
var endlessGraphs = map[string]func() []ints{
	"slow source":          func() []ints { return []ints{fast(endless(ms))} },
	"slow middle":          func() []ints { return []ints{fast(slow(endless(0), ms))} },
	"nothing but waiting":  func() []ints { return []ints{fast(sources.Never[int]())} },
	"all equal":            func() []ints { return []ints{slow(slow(endless(ms), ms), ms)} },
	"filter":               func() []ints { return []ints{odd(slow(endless(ms), ms))} },
	"expand":               func() []ints { return []ints{twice(slow(endless(ms), ms))} },
	"scan":                 func() []ints { return []ints{operators.Scan(endless(ms), 0, func(a, b int) int { return a + b })} },
	"take":                 func() []ints { return []ints{operators.Take(endless(ms), 1<<40)} },
	"boundary, slow above": func() []ints { return []ints{operators.Async(slow(endless(0), ms), 8)} },
	"boundary, slow below": func() []ints { return []ints{slow(operators.Async(endless(0), 8), ms)} },
	"boundary of one":      func() []ints { return []ints{slow(operators.Async(endless(ms), 1), ms)} },
	"two boundaries": func() []ints {
		return []ints{slow(operators.Async(slow(operators.Async(endless(ms), 4), 3*ms), 4), ms)}
	},
	"drop oldest": func() []ints { return []ints{slow(operators.Buffer(endless(ms), 4, flow.DropOldest), 5*ms)} },
	"latest":      func() []ints { return []ints{slow(operators.Buffer(endless(ms), 1, flow.Latest), 5*ms)} },
	"merge":       func() []ints { return []ints{fast(operators.Merge(4, calls(ms), calls(2*ms), calls(5*ms)))} },
	"merge of boundaries": func() []ints {
		return []ints{slow(operators.Merge(4, operators.Async(endless(ms), 4), calls(ms)), 2*ms)}
	},
	"goroutine":             func() []ints { return []ints{slow(calls(ms), 2*ms)} },
	"publisher from abroad": func() []ints { return []ints{slow(alien(slow(endless(ms), ms)), ms)} },
	"fan-out": func() []ints {
		out := operators.Broadcast(slow(endless(ms), ms), 2, 4)
		return []ints{slow(out[0], 5*ms), fast(out[1])}
	},
	"fan-out that drops": func() []ints {
		out := operators.Broadcast(endless(ms), 3, 4)
		return []ints{fast(out[0]), slow(operators.Buffer(out[1], 2, flow.DropOldest), 9*ms), fast(out[2])}
	},
	"diamond": func() []ints {
		out := operators.Broadcast(endless(ms), 2, 4)
		return []ints{fast(operators.Merge(4, operators.Async(slow(out[0], 2*ms), 4), fast(out[1])))}
	},
}

// TestTimesAreTheWallClock: of every stage of every graph, busy, backpressured
// and idle add up to the time for which the run has lasted, while it goes on
// and when it has ended, within 1 %.
func TestTimesAreTheWallClock(t *testing.T) {
	stop := errors.New("stop")
	const first, whole = 3 * time.Second, 10 * time.Second
	for name, build := range endlessGraphs {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := metrics.New(nil)
				ctx, cancel := context.WithCancelCause(t.Context())
				g, ctx := scheduler.NewGraph(ctx, name, scheduler.Observe(m))
				for _, src := range build() {
					g.Go(func() error { return sinks.ForEach(ctx, src, sleep(ms/2)) })
				}
				begin := time.Now()
				time.Sleep(first)
				requireTotals(t, m, time.Since(begin))
				time.Sleep(whole - first)
				cancel(stop)
				require.ErrorIs(t, g.Wait(), stop)
				requireTotals(t, m, time.Since(begin))
			})
		})
	}
}

func requireTotals(t *testing.T, m *metrics.Metrics, wall time.Duration) {
	t.Helper()
	all := m.Snapshot()
	require.NotEmpty(t, all)
	for _, s := range all {
		require.InEpsilon(t, wall, total(s), 0.01, "%s: %v busy, %v backpressured, %v idle", s.Stage, s.Busy, s.Backpressured, s.Idle)
	}
}
