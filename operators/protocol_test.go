package operators_test

import (
	"context"
	"log/slog"
	"testing"

	"go.uber.org/goleak"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

type publisher = flow.Publisher[int]

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // late errors are provoked on purpose
	goleak.VerifyTestMain(m)
}

func evens(n int) (out []int) {
	for i := 0; i < n; i += 2 {
		out = append(out, i)
	}
	return out
}

func doubles(n int) (out []int) {
	for i := range n {
		out = append(out, i, i)
	}
	return out
}

func sums(n int) (out []int) {
	sum := 0
	for i := range n {
		sum += i
		out = append(out, sum)
	}
	return out
}

func add(a, b int) int { return a + b }

// TestProtocol holds every operator against the rules of the protocol, with
// upstreams and downstreams that take single elements and batches, and with
// such that break the rules.
func TestProtocol(t *testing.T) {
	anything := int64(-1)
	tests := map[string]flowtest.OperatorConfig[int, int]{
		"Map": {New: func(up publisher) publisher { return operators.Map(up, func(v int) int { return v }) }},
		"TryMap": {New: func(up publisher) publisher {
			return operators.TryMap(up, func(_ context.Context, v int) (int, error) { return v, nil })
		}},
		"Filter": {
			New: func(up publisher) publisher { return operators.Filter(up, func(v int) bool { return v%2 == 0 }) },
			Out: evens, Prefetch: anything,
		},
		"Scan": {New: func(up publisher) publisher { return operators.Scan(up, 0, add) }, Out: sums},
		"Take": {New: func(up publisher) publisher { return operators.Take(up, 1<<40) }},
		"Fold": {
			New: func(up publisher) publisher { return operators.Fold(up, 0, add) },
			Out: func(n int) []int { return append(sums(n), 0)[max(0, n-1):][:1] }, Prefetch: anything, Lazy: true,
		},
		"FlatMapSlice": {
			New: func(up publisher) publisher {
				return operators.FlatMapSlice(up, func(v int) []int { return []int{v, v} })
			},
			Out: doubles, Prefetch: anything,
		},
		"Async":   {New: func(up publisher) publisher { return operators.Async(up, 16) }, Prefetch: 16},
		"Async 1": {New: func(up publisher) publisher { return operators.Async(up, 1) }, Prefetch: 1},
		"Merge": {
			New: func(up publisher) publisher { return operators.Merge(8, up) }, Prefetch: 8,
		},
		"Broadcast": {
			New: func(up publisher) publisher { return operators.Broadcast(up, 1, 8)[0] }, Prefetch: 8,
		},
		"Buffer block": {New: func(up publisher) publisher { return operators.Buffer(up, 8, flow.Block) }, Prefetch: 8},
		"Buffer drop oldest": {
			New: func(up publisher) publisher { return operators.Buffer(up, 1<<16, flow.DropOldest) }, Prefetch: anything,
		},
		"Buffer drop incoming": {
			New: func(up publisher) publisher { return operators.Buffer(up, 1<<16, flow.DropIncoming) }, Prefetch: anything,
		},
		"Buffer fail": {
			New: func(up publisher) publisher { return operators.Buffer(up, 1<<16, flow.Fail) }, Prefetch: anything,
		},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
	t.Run("Buffer latest", func(t *testing.T) {
		t.Parallel()
		flowtest.VerifyOperator(t, flowtest.OperatorConfig[int, int]{
			New:   func(up publisher) publisher { return operators.Buffer(up, 1, flow.Latest) },
			Lossy: true, Prefetch: anything,
		})
	})
}
