package operators_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestWrongArgumentsPanicAtAssembly: the text names package, function and
// value.
func TestWrongArgumentsPanicAtAssembly(t *testing.T) {
	src := sources.Of(1, 2, 3)
	same := func(v int) int { return v }
	try := func(_ context.Context, v int) (int, error) { return v, nil }
	one := func(v int) []int { return []int{v} }
	yes := func(int) bool { return true }
	for text, f := range map[string]func(){
		"operators.Map: nil source":            func() { operators.Map(nil, same) },
		"operators.Map: nil function":          func() { operators.Map[int, int](src, nil) },
		"operators.TryMap: nil source":         func() { operators.TryMap(nil, try) },
		"operators.TryMap: nil function":       func() { operators.TryMap[int, int](src, nil) },
		"operators.Filter: nil source":         func() { operators.Filter(nil, yes) },
		"operators.Filter: nil function":       func() { operators.Filter(src, nil) },
		"operators.FlatMapSlice: nil source":   func() { operators.FlatMapSlice(nil, one) },
		"operators.FlatMapSlice: nil function": func() { operators.FlatMapSlice[int, int](src, nil) },
		"operators.Take: nil source":           func() { operators.Take[int](nil, 1) },
		"operators.Take: negative count -1":    func() { operators.Take(src, -1) },
		"operators.Scan: nil source":           func() { operators.Scan(nil, 0, add) },
		"operators.Scan: nil function":         func() { operators.Scan[int, int](src, 0, nil) },
		"operators.Fold: nil source":           func() { operators.Fold(nil, 0, add) },
		"operators.Fold: nil function":         func() { operators.Fold[int, int](src, 0, nil) },
		"operators.Merge: nil source 1":        func() { operators.Merge(1, src, nil) },

		"operators.Merge: capacity 0, must be at least 1":      func() { operators.Merge(0, src) },
		"operators.Merge: capacity -3, must be at least 1":     func() { operators.Merge[int](-3) },
		"operators.Async: nil source":                          func() { operators.Async[int](nil, 1) },
		"operators.Async: capacity 0, must be at least 1":      func() { operators.Async(src, 0) },
		"operators.Async: capacity -1, must be at least 1":     func() { operators.Async(src, -1) },
		"operators.Broadcast: nil source":                      func() { operators.Broadcast[int](nil, 1, 1) },
		"operators.Broadcast: 0 outputs, must be at least 1":   func() { operators.Broadcast(src, 0, 1) },
		"operators.Broadcast: -1 outputs, must be at least 1":  func() { operators.Broadcast(src, -1, 1) },
		"operators.Broadcast: capacity 0, must be at least 1":  func() { operators.Broadcast(src, 1, 0) },
		"operators.Broadcast: capacity -9, must be at least 1": func() { operators.Broadcast(src, 1, -9) },
		"operators.Buffer: nil source":                         func() { operators.Buffer[int](nil, 1, flow.Block) },
		"operators.Buffer: capacity 0, must be at least 1":     func() { operators.Buffer(src, 0, flow.Fail) },
		"operators.Buffer: capacity -1, must be at least 1":    func() { operators.Buffer(src, -1, flow.Fail) },
		"operators.Buffer: capacity 2, flow.Latest keeps 1":    func() { operators.Buffer(src, 2, flow.Latest) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}

// TestUnknownStrategyPanics: the zero value is no strategy, so it cannot be
// forgotten.
func TestUnknownStrategyPanics(t *testing.T) {
	for strategy, text := range map[flow.Overflow]string{
		0:             "operators.Buffer: unknown strategy 0",
		flow.Fail + 1: "operators.Buffer: unknown strategy 6",
		255:           "operators.Buffer: unknown strategy 255",
	} {
		require.PanicsWithValue(t, text, func() { operators.Buffer(sources.Of(1), 1, strategy) })
	}
}

// unshareable can be released once, and not shared.
type unshareable struct{}

func (*unshareable) Release(flow.Reason) {}

// byValue has Release on its pointer only, so it could never be released.
type byValue struct{}

func (*byValue) Release(flow.Reason) {}

func TestBroadcastOfWhatCannotBeSharedPanics(t *testing.T) {
	require.PanicsWithValue(t, "operators.Broadcast: elements of type *operators_test.unshareable have Release but no Fork, "+
		"so they cannot be shared", func() { operators.Broadcast(sources.Of(&unshareable{}), 2, 1) })
	require.PanicsWithValue(t, "flow: operators_test.byValue has Release only on its pointer; "+
		"use *operators_test.byValue as the element type", func() { operators.Broadcast(sources.Of(byValue{}), 2, 1) })
}

// TestLegalArguments: what looks odd and is allowed.
func TestLegalArguments(t *testing.T) {
	ctx := t.Context()
	for name, src := range map[string]publisher{
		"take more than there is": operators.Take(sources.Of(1, 2), math.MaxInt64),
		"capacity 1":              operators.Async(sources.Of(1, 2), 1),
		"huge capacity": operators.Map(operators.Take(operators.Async(sources.Of(1, 2), 1<<20), 2),
			func(v int) int { return v }),
		"the same source twice as a blueprint": operators.Merge(1, operators.Take(sources.Of(1), 1), operators.Take(sources.Of(2), 1)),
		"one output":                           operators.Broadcast(sources.Of(1, 2), 1, 1)[0],
	} {
		got, err := sinks.Slice(ctx, src)
		require.NoError(t, err, name)
		require.ElementsMatch(t, []int{1, 2}, got, name)
	}
	none, err := sinks.Slice(ctx, operators.Take(sources.Of(1, 2), 0))
	require.NoError(t, err)
	require.Empty(t, none)
}

// TestAssemblyDoesNothing: upstream is subscribed by Subscribe and not before.
func TestAssemblyDoesNothing(t *testing.T) {
	src := flow.PublisherFunc[int](func(context.Context, flow.Subscriber[int]) { t.Error("subscribed") })
	operators.Map(src, func(v int) int { t.Error("called"); return v })
	operators.Merge[int](1, src, operators.Async[int](src, 1), operators.Buffer[int](src, 1, flow.Latest))
	operators.Broadcast[int](src, 2, 1)[1].Subscribe(t.Context(), &panicking{at: -1}) // waits for the other
}
