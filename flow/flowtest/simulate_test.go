package flowtest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// ticks emits 0 to n-1, one each period.
func ticks(n int, period time.Duration) flow.Publisher[int] {
	return sources.Func(func(ctx context.Context, emit func(int) bool) error {
		for i := range n {
			select {
			case <-time.After(period):
			case <-ctx.Done():
				return ctx.Err()
			}
			if !emit(i) {
				return nil
			}
		}
		return nil
	})
}

// run is a graph of a given size with timers, fan-in, fan-out, boundaries, a drop and three
// sinks. It returns what its sinks saw.
func run(t *testing.T, ctx context.Context, size int) string {
	merged := operators.Merge(4,
		ticks(2*size, time.Millisecond), ticks(2*size, time.Millisecond), ticks(size, 2*time.Millisecond),
		operators.Map(sources.Range(100, int64(3*size)), func(v int64) int { return int(v) }),
	)
	out := operators.Broadcast(operators.Async(merged, 3), 3, 2)
	slow := operators.TryMap(operators.Buffer(out[1], 2, flow.DropOldest), func(ctx context.Context, v int) (int, error) {
		time.Sleep(3 * time.Millisecond)
		return v, nil
	})
	g, ctx := scheduler.NewGraph(ctx, "run")
	var all []int
	var kept []int
	var sum int
	g.Go(func() (err error) { all, err = sinks.Slice(ctx, out[0]); return err })
	g.Go(func() (err error) { kept, err = sinks.Slice(ctx, slow); return err })
	g.Go(func() (err error) {
		sum, err = sinks.Fold(ctx, out[2], 0, func(a, b int) int { return a + b })
		return err
	})
	if err := g.Wait(); err != nil {
		t.Errorf("Wait: %v", err)
	}
	sorted := slices.Sorted(slices.Values(all))
	if len(all) != 8*size || sorted[8*size-1] != 99+3*size {
		t.Errorf("%d elements: %v", len(all), all)
	}
	want := 0
	for _, v := range all {
		want += v
	}
	if sum != want {
		t.Errorf("sum %d, want %d", sum, want)
	}
	return fmt.Sprint(all, kept, sum)
}

func simulate(t *testing.T, seed uint64, size int) (result, trace string) {
	var b strings.Builder
	flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
		result = run(t, ctx, size)
	}, scheduler.OnStep(func(s scheduler.Step) { fmt.Fprintf(&b, "%s %d/%d\n", s.Stage, s.Emitted, s.Batch) }))
	return result, b.String()
}

func TestSimulateRepeatsExactly(t *testing.T) {
	const seed = 7
	result, trace := simulate(t, seed, 10)
	for k := range 200 {
		r, tr := simulate(t, seed, 10)
		if r != result || tr != trace {
			t.Fatalf("run %d with seed %d differs:\n%s\n%s\n%s", k, seed, result, r, firstDifference(trace, tr))
		}
	}
	t.Logf("%d steps", strings.Count(trace, "\n"))
}

func firstDifference(a, b string) string {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return fmt.Sprintf("step %d of %d and %d: %q and %q", i, len(as), len(bs), as[i], bs[i])
		}
	}
	return fmt.Sprintf("%d and %d steps", len(as), len(bs))
}

func TestSimulateExplores(t *testing.T) {
	const seeds = 1000
	traces := make(map[string]bool)
	for seed := range uint64(seeds) {
		_, trace := simulate(t, seed, 2)
		traces[trace] = true
	}
	if len(traces) < seeds*99/100 {
		t.Errorf("%d seeds gave only %d different runs", seeds, len(traces))
	}
}
