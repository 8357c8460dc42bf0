package operators_test

import (
	"slices"
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// firstOf returns what a filter emits of 0 … n-1.
func firstOf(n int, keep func(v int) bool) []int {
	return slices.DeleteFunc(numbersTo(n), func(v int) bool { return !keep(v) })
}

// TestProtocolOfPlainOperators holds the operators that select elements
// against the rules of the protocol.
func TestProtocolOfPlainOperators(t *testing.T) {
	anything := int64(-1)
	third := func(v int) int { return v / 3 }
	thirds := func(n int) []int { return firstOf(n, func(v int) bool { return v%3 == 0 }) }
	for name, cfg := range map[string]flowtest.OperatorConfig[int, int]{
		"TakeWhile": {New: func(up publisher) publisher {
			return operators.TakeWhile(up, func(int) bool { return true })
		}},
		"TakeWhile that ends": {
			New: func(up publisher) publisher { return operators.TakeWhile(up, func(v int) bool { return v < 1<<40 }) },
		},
		"Skip none": {New: func(up publisher) publisher { return operators.Skip(up, 0) }},
		"Skip": {
			New: func(up publisher) publisher { return operators.Skip(up, 3) },
			Out: func(n int) []int { return firstOf(n, func(v int) bool { return v >= 3 }) },
		},
		"SkipWhile": {
			New: func(up publisher) publisher { return operators.SkipWhile(up, func(v int) bool { return v < 3 }) },
			Out: func(n int) []int { return firstOf(n, func(v int) bool { return v >= 3 }) },
		},
		"Distinct": {New: func(up publisher) publisher { return operators.Distinct(up, 4) }},
		"DistinctBy": {
			New: func(up publisher) publisher { return operators.DistinctBy(up, 1, third) },
			Out: thirds, Prefetch: anything,
		},
		"DistinctUntilChanged": {New: func(up publisher) publisher { return operators.DistinctUntilChanged(up) }},
		"DistinctUntilChangedBy": {
			New: func(up publisher) publisher { return operators.DistinctUntilChangedBy(up, third) },
			Out: thirds, Prefetch: anything,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}

// fullBatches returns the batches of size that 0 … n-1 make, without the rest.
func fullBatches(size int) func(n int) [][]int {
	return func(n int) [][]int { return slices.Collect(slices.Chunk(numbersTo(n-n%size), size)) }
}

func TestProtocolOfBatch(t *testing.T) {
	for name, cfg := range map[string]flowtest.OperatorConfig[int, []int]{
		"Batch 1": {
			New: func(up publisher) flow.Publisher[[]int] { return operators.Batch(up, 1) },
			Out: fullBatches(1),
		},
		"Batch 3": {
			New: func(up publisher) flow.Publisher[[]int] { return operators.Batch(up, 3) },
			Out: fullBatches(3),
		},
		"Batch 3 with a limit": {
			New: func(up publisher) flow.Publisher[[]int] {
				return operators.Batch(up, 3, operators.WithMaxWait(time.Hour))
			},
			Out: fullBatches(3),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}

// TestProtocolOfOverflow holds the stages that never hold up their source
// against the rules of the protocol.
func TestProtocolOfOverflow(t *testing.T) {
	anything := int64(-1)
	newer := func(_, v int) int { return v }
	with := func(capacity int, strategy flow.Overflow) func(publisher) publisher {
		return func(up publisher) publisher {
			return operators.BufferWith(up, operators.BufferConfig[int]{
				Capacity: capacity, Strategy: strategy, OnDropped: func(int, flow.Reason) {},
			})
		}
	}
	for name, cfg := range map[string]flowtest.OperatorConfig[int, int]{
		"Conflate": {
			New:   func(up publisher) publisher { return operators.Conflate(up, newer) },
			Lossy: true, Prefetch: anything,
		},
		"BufferWith block":         {New: with(8, flow.Block), Prefetch: 8},
		"BufferWith drop oldest":   {New: with(1<<16, flow.DropOldest), Prefetch: anything},
		"BufferWith drop incoming": {New: with(1<<16, flow.DropIncoming), Prefetch: anything},
		"BufferWith latest":        {New: with(1, flow.Latest), Lossy: true, Prefetch: anything},
		"BufferWith small":         {New: with(2, flow.DropOldest), Lossy: true, Prefetch: anything},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
