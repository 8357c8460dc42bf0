package sinks_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func below5(v int64) bool { return v < 5 }

// matching are the sinks that answer a question, and what they answer for the
// numbers from a up to b.
var matching = []struct {
	name string
	ask  func(context.Context, flow.Publisher[int64], ...sinks.Option) (bool, error)
	a, n int64
	want bool
	read int64 // elements
}{
	{"any", anyBelow5, 0, 10, true, 1},
	{"any later", func(ctx context.Context, p flow.Publisher[int64], o ...sinks.Option) (bool, error) {
		return sinks.Any(ctx, p, func(v int64) bool { return v == 300 }, o...)
	}, 0, 1000, true, 301},
	{"any not", anyBelow5, 5, 10, false, 10},
	{"any of none", anyBelow5, 0, 0, false, 0},
	{"all", allBelow5, 0, 5, true, 5},
	{"all not", allBelow5, 0, 10, false, 6},
	{"all of none", allBelow5, 0, 0, true, 0},
	{"contains", contains7, 0, 10, true, 8},
	{"contains not", contains7, 0, 7, false, 7},
	{"is empty", sinks.IsEmpty[int64], 0, 0, true, 0},
	{"is not empty", sinks.IsEmpty[int64], 0, 10, false, 1},
}

func anyBelow5(ctx context.Context, p flow.Publisher[int64], o ...sinks.Option) (bool, error) {
	return sinks.Any(ctx, p, below5, o...)
}

func allBelow5(ctx context.Context, p flow.Publisher[int64], o ...sinks.Option) (bool, error) {
	return sinks.All(ctx, p, below5, o...)
}

func contains7(ctx context.Context, p flow.Publisher[int64], o ...sinks.Option) (bool, error) {
	return sinks.Contains(ctx, p, 7, o...)
}

// TestMatching: the answer, and that nothing behind it is read.
func TestMatching(t *testing.T) {
	for _, test := range matching {
		for on, s := range schedulers {
			read := int64(0)
			src := operators.Map(sources.Range(test.a, test.n), func(v int64) int64 { read++; return v })
			ctx := scheduler.With(t.Context(), s())
			got, err := test.ask(ctx, src)
			require.NoError(t, err)
			require.Equal(t, test.want, got, "%s on %s", test.name, on)
			require.Equal(t, test.read, read, "%s on %s", test.name, on)
			got, err = test.ask(ctx, src, sinks.WithPrefetch(64))
			require.NoError(t, err)
			require.Equal(t, test.want, got, "%s on %s", test.name, on)
		}
	}
}

// TestMatchingOfAnError is that error, and no answer.
func TestMatchingOfAnError(t *testing.T) {
	ended, cancel := context.WithCancelCause(t.Context())
	cancel(errTest)
	for _, test := range matching {
		got, err := test.ask(t.Context(), sources.Error[int64](errTest))
		require.ErrorIs(t, err, errTest, test.name)
		require.False(t, got, test.name)
		got, err = test.ask(ended, sources.Of[int64](7))
		require.ErrorIs(t, err, errTest, test.name)
		require.False(t, got, test.name)
	}
}

// TestMatchingStops where the function panics.
func TestMatchingStops(t *testing.T) {
	for _, k := range []int{1, 2, 62, 200} {
		for name, ask := range map[string]func(f func(int64) bool) (bool, error){
			"any": func(f func(int64) bool) (bool, error) {
				return sinks.Any(t.Context(), sources.Range(0, 300), f, sinks.WithName("it"), sinks.WithPrefetch(100))
			},
			"all": func(f func(int64) bool) (bool, error) {
				return sinks.All(t.Context(), sources.Range(0, 300), func(v int64) bool { return !f(v) }, sinks.WithName("it"))
			},
		} {
			calls := 0
			got, err := ask(func(int64) bool {
				if calls++; calls == k {
					panic(errTest)
				}
				return false
			})
			var p *flow.PanicError
			require.ErrorAs(t, err, &p, name)
			require.ErrorIs(t, err, errTest)
			require.Equal(t, "it", p.Stage)
			require.Equal(t, k, calls)
			require.False(t, got)
		}
	}
}

// TestMatchingReleases each element that it was given, once.
func TestMatchingReleases(t *testing.T) {
	for _, prefetch := range []int{1, 100} {
		var all []*owned
		src := operators.Map(sources.Range(0, 300), func(int64) *owned {
			all = append(all, new(owned))
			return all[len(all)-1]
		})
		n := 0
		got, err := sinks.Any(t.Context(), src, func(*owned) bool { n++; return n == 150 }, sinks.WithPrefetch(prefetch))
		require.NoError(t, err)
		require.True(t, got)
		require.GreaterOrEqual(t, len(all), 150)
		for _, o := range all {
			require.EqualValues(t, 1, o.released.Load())
		}
	}
}

func TestWrongArgumentsOfMatchingPanicAtAssembly(t *testing.T) {
	ctx, src := t.Context(), sources.Range(0, 1)
	var none context.Context
	for text, f := range map[string]func(){
		"sinks.Any: nil context":      func() { _, _ = sinks.Any(none, src, below5) },
		"sinks.Any: nil source":       func() { _, _ = sinks.Any(ctx, nil, below5) },
		"sinks.Any: nil function":     func() { _, _ = sinks.Any(ctx, src, nil) },
		"sinks.All: nil context":      func() { _, _ = sinks.All(none, src, below5) },
		"sinks.All: nil source":       func() { _, _ = sinks.All(ctx, nil, below5) },
		"sinks.All: nil function":     func() { _, _ = sinks.All(ctx, src, nil) },
		"sinks.Contains: nil context": func() { _, _ = sinks.Contains(none, src, 1) },
		"sinks.Contains: nil source":  func() { _, _ = sinks.Contains(ctx, nil, 1) },
		"sinks.IsEmpty: nil context":  func() { _, _ = sinks.IsEmpty(none, src) },
		"sinks.IsEmpty: nil source":   func() { _, _ = sinks.IsEmpty[int64](ctx, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
