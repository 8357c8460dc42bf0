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

// switches is how often a publisher ends at once in a long run.
const switches = 1_000_000

// steady looks now and then how deep the stack is and how much memory is used.
type steady struct {
	calls       int
	depth, most int
	heap        uint64 // at a tenth of the way
	grown       int64  // since, at nine tenths
}

func (s *steady) tick() {
	s.calls++
	if s.calls%(switches/100) == 0 {
		depth := runtime.Callers(0, make([]uintptr, 1000))
		if s.depth == 0 {
			s.depth = depth
		}
		s.most = max(s.most, depth)
	}
	switch s.calls {
	case switches / 10:
		s.heap = heap()
	case switches * 9 / 10:
		s.grown = int64(heap() - s.heap)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// TestManySwitches: publishers that end at once do not grow the stack, and
// leave nothing behind.
func TestManySwitches(t *testing.T) {
	for name, build := range map[string]func(tick func()) publisher{
		"ConcatMap of Empty": func(tick func()) publisher {
			return operators.ConcatMap(sources.Range(0, switches), func(int64) publisher { tick(); return sources.Empty[int]() })
		},
		"ConcatMap of one": func(tick func()) publisher {
			return operators.ConcatMap(sources.Range(0, switches), func(int64) publisher { tick(); return sources.Of(1) })
		},
		"ConcatMap of foreign": func(tick func()) publisher {
			return operators.ConcatMap(sources.Range(0, switches), func(int64) publisher { tick(); return foreign{sources.Empty[int]()} })
		},
		"Retry": func(tick func()) publisher {
			return operators.Retry(sources.Defer(func(context.Context) (publisher, error) {
				tick()
				return sources.Error[int](errStop), nil
			}), switches, operators.WithRetryIf(func(error) bool { return true }))
		},
		"Concat": func(tick func()) publisher {
			all := make([]publisher, switches)
			for i := range all {
				all[i] = sources.Empty[int]()
			}
			tick()
			return operators.Concat(all...)
		},
	} {
		for on, s := range schedulers {
			t.Run(name+" on "+on, func(t *testing.T) {
				var s0 steady
				n, err := sinks.First(scheduler.With(t.Context(), s()), operators.Fold(build(s0.tick), 0, add))
				if name == "Retry" {
					require.ErrorIs(t, err, errStop)
				} else {
					require.NoError(t, err)
				}
				if name == "ConcatMap of one" {
					require.Equal(t, switches, n)
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
