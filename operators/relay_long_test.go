package operators_test

import (
	"context"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// steady looks now and then how deep the stack is and how much memory is used.
type steady struct {
	switches    int // how often a publisher ends at once
	calls       int
	depth, most int
	heap        uint64 // at a tenth of the way
	grown       int64  // since, at nine tenths
}

func (s *steady) tick() {
	s.calls++
	if s.calls%(s.switches/100) == 0 {
		depth := runtime.Callers(0, make([]uintptr, 1000))
		if s.depth == 0 {
			s.depth = depth
		}
		s.most = max(s.most, depth)
	}
	switch s.calls {
	case s.switches / 10:
		s.heap = heap()
	case s.switches * 9 / 10:
		s.grown = int64(heap() - s.heap)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// longRuns are streams of n publishers that end at once.
var longRuns = map[string]func(n int, tick func()) publisher{
	"ConcatMap of Empty": func(n int, tick func()) publisher {
		return operators.ConcatMap(sources.Range(0, int64(n)), func(int64) publisher { tick(); return sources.Empty[int]() })
	},
	"ConcatMap of one": func(n int, tick func()) publisher {
		return operators.ConcatMap(sources.Range(0, int64(n)), func(int64) publisher { tick(); return sources.Of(1) })
	},
	"ConcatMap of foreign": func(n int, tick func()) publisher {
		return operators.ConcatMap(sources.Range(0, int64(n)), func(int64) publisher {
			tick()
			return foreign{sources.Empty[int]()}
		})
	},
	"Retry": func(n int, tick func()) publisher {
		return operators.Retry(sources.Error[int](errStop), int64(n), operators.WithRetryIf(func(error) bool { tick(); return true }))
	},
	"Retry of Defer": func(n int, tick func()) publisher {
		return operators.Retry(sources.Defer(func(context.Context) (publisher, error) {
			tick()
			return sources.Error[int](errStop), nil
		}), int64(n))
	},
	"Concat": func(n int, _ func()) publisher {
		all := make([]publisher, n)
		for i := range all {
			all[i] = sources.Empty[int]()
		}
		return operators.Concat(all...)
	},
}

// TestManySwitches: publishers that end at once do not grow the stack, and
// leave nothing behind, also where an observer names and counts them.
func TestManySwitches(t *testing.T) {
	for name, build := range longRuns {
		for on, s := range schedulers {
			t.Run(name+" on "+on, func(t *testing.T) {
				s0 := steady{switches: 20_000}
				if on == "default" && (name == "ConcatMap of Empty" || name == "Retry") {
					s0.switches = 1_000_000
				}
				ctx := scheduler.With(t.Context(), s())
				if on == "inline" {
					ctx = flow.WithObserver(ctx, &stages{all: map[string]*flow.Stats{}})
				}
				n, err := sinks.First(ctx, operators.Fold(build(s0.switches, s0.tick), 0, add))
				switch name {
				case "Retry", "Retry of Defer":
					require.ErrorIs(t, err, errStop)
				case "ConcatMap of one":
					require.Equal(t, s0.switches, n)
					require.NoError(t, err)
				default:
					require.NoError(t, err)
				}
				require.Equal(t, s0.depth, s0.most, "stack")
				require.Less(t, s0.grown, int64(1<<18), "bytes")
			})
		}
	}
}

// TestManyEnds: a publisher that fails inside Subscribe is no deeper.
func TestManyEnds(t *testing.T) {
	at := 0
	broken := flow.PublisherFunc[int](func(_ context.Context, s flow.Subscriber[int]) {
		at = max(at, runtime.Callers(0, make([]uintptr, 1000)))
		s.OnSubscribe(nothing{})
		s.OnError(errStop)
	})
	_, err := sinks.Slice(t.Context(), operators.Retry[int](broken, 10_000))
	require.ErrorIs(t, err, errStop)
	require.Less(t, at, 40)
}

type nothing struct{}

func (nothing) Request(int64) {}
func (nothing) Cancel()       {}
