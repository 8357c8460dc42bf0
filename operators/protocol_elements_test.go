package operators_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// halfIndexed is v where that is how many elements came before it.
func halfIndexed(i int64, v int) int { return (int(i) + v) / 2 }

// latter is the second of two elements.
func latter(_, v int) int { return v }

// butFirst returns the numbers below n without 0.
func butFirst(n int) []int { return firstOf(n, func(v int) bool { return v > 0 }) }

// signalOf is the signal of an element.
func signalOf(v int) operators.Signal[int] { return operators.Signal[int]{Value: v} }

// signalsTo are those of a stream of the numbers below n that completes.
func signalsTo(n int) (all []operators.Signal[int]) {
	for i := range n {
		all = append(all, signalOf(i))
	}
	return append(all, operators.Signal[int]{Completed: true})
}

var protocolOfMaterialize = flowtest.OperatorConfig[int, operators.Signal[int]]{
	New: func(up publisher) flow.Publisher[operators.Signal[int]] { return operators.Materialize(up) },
	Out: signalsTo, Recovers: true, Lazy: true,
}

// lastOf3 is the third, the sixth, and so on.
func lastOf3(v int) bool { return v%3 == 2 }

// protocolOfBatchUntil have full slices only.
var protocolOfBatchUntil = map[string]flowtest.OperatorConfig[int, []int]{
	"BatchUntil": {
		New: func(up publisher) flow.Publisher[[]int] {
			return operators.BatchUntil(up, 9, func(int) bool { return true }, operators.WithMaxWait(time.Hour))
		},
		Out: fullWindows(1, 1),
	},
	"BatchUntil 3": {
		New: func(up publisher) flow.Publisher[[]int] { return operators.BatchUntil(up, 9, lastOf3) }, Out: fullWindows(3, 3),
	},
	"BatchUntilChanged": {
		New: func(up publisher) flow.Publisher[[]int] { return operators.BatchUntilChanged(up, 1, third) }, Out: fullWindows(1, 1),
	},
	"BatchUntilChanged 3": {
		New: func(up publisher) flow.Publisher[[]int] { return operators.BatchUntilChanged(up, 3, third) }, Out: fullWindows(3, 3),
	},
}

// openedBefore is SkipUntilOther whose other one has completed when up is
// subscribed.
func openedBefore(up publisher, delay time.Duration) publisher {
	return operators.SkipUntilOther(operators.DelaySubscription(up, delay), sources.Empty[string]())
}

// backwards returns the numbers below n, the largest first.
func backwards(n int) []int {
	all := numbersTo(n)
	slices.Reverse(all)
	return all
}

// protocolOfElements are the operators that look at an element together with
// its place in the stream.
var protocolOfElements = map[string]operatorConfig{
	"MapIndexed":     {New: func(up publisher) publisher { return operators.MapIndexed(up, halfIndexed) }},
	"Pairwise":       {New: func(up publisher) publisher { return operators.Pairwise(up, latter) }, Out: butFirst, Prefetch: 1},
	"SkipUntilOther": {New: func(up publisher) publisher { return openedBefore(up, 0) }},
	"Log":            {New: func(up publisher) publisher { return operators.Log(up, loggedBy(func(int) {})) }},
	"Dematerialize":  {New: func(up publisher) publisher { return operators.Dematerialize(operators.Map(up, signalOf)) }},
	"Dematerialize to an end": {New: func(up publisher) publisher {
		return operators.Dematerialize(operators.Materialize(up))
	}, Lazy: true},
}

// TestProtocolOfElements holds them against the rules of the protocol.
func TestProtocolOfElements(t *testing.T) {
	for name, cfg := range protocolOfElements {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
	for name, cfg := range protocolOfBatchUntil {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
	t.Run("Materialize", func(t *testing.T) {
		t.Parallel()
		flowtest.VerifyOperator(t, protocolOfMaterialize)
	})
}

// TestProtocolOfSorted holds it against the rules that need all elements of
// upstream for their first one.
func TestProtocolOfSorted(t *testing.T) {
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
		New: func(n int) publisher {
			return operators.Sorted(sources.Slice(backwards(n)), max(1, n), cmp.Compare[int])
		},
		Failed: func() publisher { return operators.Sorted(sources.Of(1, 2), 1, cmp.Compare[int]) }, Err: flow.ErrLimitExceeded,
		Lazy: true,
	})
}
