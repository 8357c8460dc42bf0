package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"math"
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

// work takes virtual time for each element.
func work(name string, src flow.Publisher[int], d time.Duration) flow.Publisher[int] {
	return operators.Map(src, func(v int) int { time.Sleep(d); return v }, operators.WithName(name))
}

func counting(n int, d time.Duration) flow.Publisher[int] {
	return sources.Seq(func(yield func(int) bool) {
		for i := range n {
			if time.Sleep(d); !yield(i) {
				return
			}
		}
	}, sources.WithName("source"))
}

func sleep(d time.Duration) func(context.Context, int) error {
	return func(context.Context, int) error { time.Sleep(d); return nil }
}

// TestAccounting: for every stage, busy + backpressured + idle is the time that
// it lived, and what it did with it is what the graph was built for, in virtual
// time.
func TestAccounting(t *testing.T) {
	const ms = time.Millisecond
	type want map[string][2]float64 // busy, backpressured; the rest is idle
	tests := []struct {
		name                 string
		source, middle, sink time.Duration
		boundary             int // elements, 0 for none
		want                 want
	}{
		{"slow source", 9 * ms, 1 * ms, 0, 0, want{"source": {.9, .1}, "middle": {.1, 0}, "sink": {0, 0}}},
		{"slow middle", 1 * ms, 9 * ms, 0, 0, want{"source": {.1, .9}, "middle": {.9, 0}, "sink": {0, 0}}},
		{"slow sink", 0, 1 * ms, 9 * ms, 0, want{"source": {0, 1}, "middle": {.1, .9}, "sink": {.9, 0}}},
		{"all equal", 2 * ms, 2 * ms, 2 * ms, 0, want{"source": {.33, .67}, "middle": {.33, .33}, "sink": {.33, 0}}},
		{"slow sink behind a boundary", 0, 1 * ms, 10 * ms, 4, want{"source": {0, 1}, "middle": {.1, .9}, "sink": {1, 0}}},
		{"slow middle before a boundary", 0, 10 * ms, 1 * ms, 4, want{"source": {0, 1}, "middle": {1, 0}, "sink": {.1, 0}}},
		{"slow source before a boundary", 10 * ms, 0, 5 * ms, 4, want{"source": {1, 0}, "middle": {0, 0}, "sink": {.5, 0}}},
		{"one at a time", 2 * ms, 2 * ms, 5 * ms, 1, want{"sink": {.556, 0}}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := metrics.New(nil)
				ctx := flow.WithObserver(t.Context(), m)
				src := work("middle", counting(400, tt.source), tt.middle)
				if tt.boundary > 0 {
					src = operators.Async(src, tt.boundary)
				}
				begin := time.Now()
				require.NoError(t, sinks.ForEach(ctx, src, sleep(tt.sink), sinks.WithName("sink")))
				wall := time.Since(begin)
				for _, s := range m.Snapshot() {
					all := s.Busy + s.Backpressured + s.Idle
					alive := s.Upstream == nil || tt.boundary == 0 || s.Kind == "async" || s.Kind == "foreach"
					if alive && tt.boundary == 0 || s.Kind == "foreach" {
						near(t, s.Stage+" lived", 1, float64(all)/float64(wall))
					}
					if w, ok := tt.want[s.Stage]; ok {
						near(t, s.Stage+" busy", w[0], float64(s.Busy)/float64(all))
						near(t, s.Stage+" backpressured", w[1], float64(s.Backpressured)/float64(all))
					}
				}
			})
		})
	}
}

// near allows for the first elements, before a pipeline is full.
func near(t *testing.T, what string, want, got float64) {
	t.Helper()
	if math.Abs(want-got) > 0.02 {
		t.Errorf("%s: %.3f, want %.3f", what, got, want)
	}
}

// TestNothingIsLeftAfterCancel: whatever ends a stream, no stage of it counts as
// alive, its clock stands still, and its demand is not outstanding.
func TestNothingIsLeftAfterCancel(t *testing.T) {
	boom := errors.New("boom")
	ends := map[string]func(ctx context.Context, cancel context.CancelFunc, src flow.Publisher[int]) error{
		"end": func(ctx context.Context, _ context.CancelFunc, _ flow.Publisher[int]) error {
			return sinks.Discard(ctx, operators.Async(sources.Of(1, 2, 3), 2))
		},
		"take": func(ctx context.Context, _ context.CancelFunc, src flow.Publisher[int]) error {
			return sinks.Discard(ctx, operators.Take(src, 3))
		},
		"break": func(ctx context.Context, _ context.CancelFunc, src flow.Publisher[int]) error {
			for _, err := range sinks.Seq(ctx, src) {
				return err
			}
			return nil
		},
		"error": func(ctx context.Context, _ context.CancelFunc, src flow.Publisher[int]) error {
			return sinks.ForEach(ctx, src, func(context.Context, int) error { return boom })
		},
		"context": func(ctx context.Context, cancel context.CancelFunc, src flow.Publisher[int]) error {
			return sinks.ForEach(ctx, src, func(context.Context, int) error { cancel(); return nil })
		},
		"panic": func(ctx context.Context, _ context.CancelFunc, src flow.Publisher[int]) error {
			return sinks.ForEach(ctx, src, func(context.Context, int) error { panic(boom) })
		},
	}
	shapes := map[string]func(flow.Publisher[int]) flow.Publisher[int]{
		"chain":  func(p flow.Publisher[int]) flow.Publisher[int] { return p },
		"async":  func(p flow.Publisher[int]) flow.Publisher[int] { return operators.Async(p, 8) },
		"buffer": func(p flow.Publisher[int]) flow.Publisher[int] { return operators.Buffer(p, 8, flow.DropOldest) },
		"merge":  func(p flow.Publisher[int]) flow.Publisher[int] { return operators.Merge(8, p, p) },
		"flatmap": func(p flow.Publisher[int]) flow.Publisher[int] {
			return operators.FlatMapSlice(p, func(v int) []int { return []int{v, v} })
		},
		"broadcast": func(p flow.Publisher[int]) flow.Publisher[int] { return operators.Broadcast(p, 1, 8)[0] },
	}
	for end, f := range ends {
		for shape, g := range shapes {
			t.Run(fmt.Sprint(end, " ", shape), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					m := metrics.New(nil)
					ctx, cancel := context.WithCancel(flow.WithObserver(t.Context(), m))
					defer cancel()
					src := operators.Map(operators.Map(sources.Range(0, 1<<40), func(v int64) int { return int(v) }), func(v int) int { return v })
					_ = f(ctx, cancel, g(src))
					before := m.Snapshot()
					time.Sleep(time.Hour)
					after := m.Snapshot()
					require.Equal(t, before, after)
					for _, s := range after {
						require.Zero(t, s.Workers, s.Stage)
						require.Zero(t, s.Buffered, s.Stage)
						if s.Outstanding != flow.Unbounded {
							require.Zero(t, s.Outstanding, s.Stage)
						}
					}
				})
			})
		}
	}
}

// TestARunningCallShows: a stage that is in a long call is busy, not idle.
func TestARunningCallShows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := metrics.New(nil)
		g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.Observe(m))
		g.Go(func() error { return sinks.ForEach(ctx, counting(3, 0), sleep(time.Hour), sinks.WithName("sink")) })
		time.Sleep(150 * time.Minute)
		for _, s := range m.Snapshot() {
			if s.Stage == "sink" {
				near(t, "sink busy", 1, s.Busy.Hours()/2.5)
			}
		}
		require.NoError(t, g.Wait())
	})
}
