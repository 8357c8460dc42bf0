package operators_test

import (
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestDistinctAgainstAModel: the keys seen last are a list, newest first.
func TestDistinctAgainstAModel(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 300 {
		capacity, keys := 1+rng.IntN(8), 1+rng.IntN(12)
		in := make([]int, 200)
		var seen, want []int
		for i := range in {
			v := rng.IntN(keys)
			in[i] = v
			if k := slices.Index(seen, v); k >= 0 {
				seen = slices.Delete(seen, k, k+1)
			} else {
				want = append(want, v)
			}
			seen = slices.Insert(seen, 0, v)
			seen = seen[:min(len(seen), capacity)]
		}
		got, err := sinks.Slice(t.Context(), operators.Distinct(sources.Slice(in), capacity))
		require.NoError(t, err)
		require.Equal(t, want, got, "capacity %d, input %v", capacity, in)
	}
}

// TestDistinctOfNaN: it is never equal to another, and does not fill the
// memory.
func TestDistinctOfNaN(t *testing.T) {
	nan := math.NaN()
	got, err := sinks.Slice(t.Context(), operators.Distinct(sources.Of(nan, 1, nan, 1, nan, 1), 1))
	require.NoError(t, err)
	require.Len(t, got, 4)
	got, err = sinks.Slice(t.Context(), operators.DistinctUntilChanged(sources.Of(nan, nan, 1, 1)))
	require.NoError(t, err)
	require.Len(t, got, 3)
}

// TestDistinctOfWhatCannotBeCompared is the panic of a key function.
func TestDistinctOfWhatCannotBeCompared(t *testing.T) {
	src := sources.Of[any](1, 1, []int{1}, 2)
	for name, p := range map[string]flow.Publisher[any]{
		"Distinct":   operators.Distinct(src, 3, operators.WithName("it")),
		"DistinctBy": operators.DistinctBy(src, 3, func(v any) any { return v }, operators.WithName("it")),
	} {
		got, err := sinks.Slice(t.Context(), p)
		var broken *flow.PanicError
		require.ErrorAs(t, err, &broken, name)
		require.Equal(t, "it", broken.Stage)
		require.Equal(t, []any{1}, got)
	}
}

// TestDistinctIsBounded: a million keys leave no more memory behind than its
// capacity needs, NaN included.
func TestDistinctIsBounded(t *testing.T) {
	var before, after runtime.MemStats
	keys := operators.Map(sources.Range(0, 1_000_000), func(v int64) float64 {
		if v == 999_999 {
			runtime.GC()
			runtime.ReadMemStats(&after)
		}
		if v%2 == 0 {
			return math.NaN()
		}
		return float64(v)
	})
	runtime.GC()
	runtime.ReadMemStats(&before)
	require.NoError(t, sinks.Discard(t.Context(), operators.Distinct(keys, 100)))
	require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(1<<20))
}
