package operators_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// less is how much less the first number is.
func less(a, b int) int { return b - a }

// ofElements are operators of this family, with what they emit.
var ofElements = []struct {
	name     string
	op       func(publisher) publisher
	in, want []int
}{
	{"MapIndexed", func(p publisher) publisher { return operators.MapIndexed(p, halfIndexed) }, []int{8, 7, 6, 9}, []int{4, 4, 4, 6}},
	{"MapIndexed one", func(p publisher) publisher { return operators.MapIndexed(p, halfIndexed) }, []int{8}, []int{4}},
	{"MapIndexed nothing", func(p publisher) publisher { return operators.MapIndexed(p, halfIndexed) }, nil, nil},
	{"MapIndexed many", func(p publisher) publisher { return operators.MapIndexed(p, halfIndexed) }, numbersTo(700), numbersTo(700)},
	{"Pairwise", func(p publisher) publisher { return operators.Pairwise(p, less) }, []int{1, 3, 4, 2}, []int{2, 1, -2}},
	{"Pairwise two", func(p publisher) publisher { return operators.Pairwise(p, less) }, []int{1, 9}, []int{8}},
	{"Pairwise one", func(p publisher) publisher { return operators.Pairwise(p, less) }, []int{1}, nil},
	{"Pairwise nothing", func(p publisher) publisher { return operators.Pairwise(p, less) }, nil, nil},
	{"Pairwise many", func(p publisher) publisher { return operators.Pairwise(p, latter) }, numbersTo(700), numbersTo(700)[1:]},
}

// TestElements: what comes out, in batches and with a demand of one, on any
// scheduler, and again from the same blueprint.
func TestElements(t *testing.T) {
	for _, test := range ofElements {
		t.Run(test.name, func(t *testing.T) {
			src := test.op(sources.Slice(test.in))
			for _, s := range schedulers {
				ctx := scheduler.With(t.Context(), s())
				got, err := sinks.Slice(ctx, src)
				require.NoError(t, err)
				require.Equal(t, test.want, got)
				got = nil
				for v, err := range sinks.Seq(ctx, src) {
					require.NoError(t, err)
					got = append(got, v)
				}
				require.Equal(t, test.want, got, "with a demand of one")
			}
			got, err := sinks.Slice(t.Context(), test.op(foreign{sources.Slice(test.in)}))
			require.NoError(t, err)
			require.Equal(t, test.want, got, "of a foreign publisher")
		})
	}
}

// TestElementsUnderAnEndedContext emit nothing.
func TestElementsUnderAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	for _, test := range ofElements {
		got, err := sinks.Slice(ctx, test.op(sources.Slice(test.in)))
		require.ErrorIs(t, err, errStop, test.name)
		require.Empty(t, got, test.name)
	}
}

// TestElementsOfAnErrorPassItOn, behind what came before.
func TestElementsOfAnErrorPassItOn(t *testing.T) {
	for name, test := range map[string]struct {
		op   publisher
		want []int
	}{
		"MapIndexed": {operators.MapIndexed(failingAt3(), func(i int64, v int) int { return int(i)*10 + v }), []int{1, 12}},
		"Pairwise":   {operators.Pairwise(failingAt3(), less), []int{1}},
	} {
		got, err := sinks.Slice(t.Context(), test.op)
		require.ErrorIs(t, err, errStop, name)
		require.Equal(t, test.want, got, name)
	}
}

// TestIndexBelongsToASubscription: each counts from 0.
func TestIndexBelongsToASubscription(t *testing.T) {
	src := operators.MapIndexed(sources.Of("a", "b"), func(i int64, v string) string { return fmt.Sprint(v, i) })
	for range 2 {
		got, err := sinks.Slice(t.Context(), src)
		require.NoError(t, err)
		require.Equal(t, []string{"a0", "b1"}, got)
	}
}

// TestPairwiseAsksForTheFirst: of one that is demanded it asks for two, and
// from then on for what is demanded.
func TestPairwiseAsksForTheFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Pairwise(up, less))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(1)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		up.Next(3)
		synctest.Wait()
		require.Empty(t, p.Values())
		up.Next(5)
		synctest.Wait()
		require.Equal(t, []int{2}, p.Values())
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 5, up.Requested())
		p.Cancel()
		up.WaitCancelled()
	})
}

// TestPairwiseLetsGoOfTheLast: of the elements, f has all but that.
func TestPairwiseLetsGoOfTheLast(t *testing.T) {
	var m mint
	first, second, third := m.token(1), m.token(2), m.token(3)
	got, err := sinks.Slice(t.Context(), operators.Pairwise(sources.Of(first, second, third), func(a, b *token) int {
		a.consumed.Add(1)
		return b.n - a.n
	}))
	require.NoError(t, err)
	require.Equal(t, []int{1, 1}, got)
	require.EqualValues(t, 1, third.released.Load())
	m.require(t, "at completion")
}

// TestElementsAllocateNothing for one more element.
func TestElementsAllocateNothing(t *testing.T) {
	if underRace {
		return // which allocates
	}
	for name, op := range map[string]func(publisher) publisher{
		"MapIndexed": func(p publisher) publisher { return operators.MapIndexed(p, halfIndexed) },
		"Pairwise":   func(p publisher) publisher { return operators.Pairwise(p, less) },
	} {
		run := func(n int) float64 {
			in := numbersTo(n)
			return testing.AllocsPerRun(5, func() { _ = sinks.Discard(t.Context(), op(sources.Slice(in))) })
		}
		require.InDelta(t, run(1000), run(50000), 20, name)
	}
}

// TestWrongArgumentsOfElementsPanicAtAssembly: the text names package, function
// and value.
func TestWrongArgumentsOfElementsPanicAtAssembly(t *testing.T) {
	src := sources.Of(1, 2, 3)
	for text, f := range map[string]func(){
		"operators.MapIndexed: nil source":   func() { operators.MapIndexed(nil, halfIndexed) },
		"operators.MapIndexed: nil function": func() { operators.MapIndexed[int, int](src, nil) },
		"operators.Pairwise: nil source":     func() { operators.Pairwise(nil, less) },
		"operators.Pairwise: nil function":   func() { operators.Pairwise[int, int](src, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
