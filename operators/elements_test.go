package operators_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func thereAndBack(p publisher) publisher { return operators.Dematerialize(operators.Materialize(p)) }

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
	{"Materialize, Dematerialize", thereAndBack, []int{1, 2}, []int{1, 2}},
	{"Materialize, Dematerialize nothing", thereAndBack, nil, nil},
	{"Materialize, Dematerialize many", thereAndBack, numbersTo(700), numbersTo(700)},
	{"Sorted", func(p publisher) publisher { return operators.Sorted(p, 3, cmp.Compare[int]) }, []int{3, 1, 2}, []int{1, 2, 3}},
	{"Sorted one", func(p publisher) publisher { return operators.Sorted(p, 1, cmp.Compare[int]) }, []int{3}, []int{3}},
	{"Sorted nothing", func(p publisher) publisher { return operators.Sorted(p, 1, cmp.Compare[int]) }, nil, nil},
	{"Sorted many", func(p publisher) publisher { return operators.Sorted(p, 700, cmp.Compare[int]) }, backwards(700), numbersTo(700)},
	{"Sorted, equal ones in their order", func(p publisher) publisher {
		return operators.Sorted(p, 9, func(a, b int) int { return cmp.Compare(a/10, b/10) })
	}, []int{25, 13, 21, 11, 29}, []int{13, 11, 25, 21, 29}},
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
		"MapIndexed":                 {operators.MapIndexed(failingAt3(), func(i int64, v int) int { return int(i)*10 + v }), []int{1, 12}},
		"Pairwise":                   {operators.Pairwise(failingAt3(), less), []int{1}},
		"Materialize, Dematerialize": {thereAndBack(failingAt3()), []int{1, 2}},
		"Dematerialize":              {operators.Dematerialize(operators.Map(failingAt3(), signalOf)), []int{1, 2}},
		"Sorted":                     {operators.Sorted(failingAt3(), 9, cmp.Compare[int]), nil},
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
		"operators.MapIndexed: nil source":              func() { operators.MapIndexed(nil, halfIndexed) },
		"operators.MapIndexed: nil function":            func() { operators.MapIndexed[int, int](src, nil) },
		"operators.Pairwise: nil source":                func() { operators.Pairwise(nil, less) },
		"operators.Pairwise: nil function":              func() { operators.Pairwise[int, int](src, nil) },
		"operators.Materialize: nil source":             func() { operators.Materialize[int](nil) },
		"operators.Dematerialize: nil source":           func() { operators.Dematerialize[int](nil) },
		"operators.Sorted: nil source":                  func() { operators.Sorted(nil, 1, cmp.Compare[int]) },
		"operators.Sorted: limit 0, must be at least 1": func() { operators.Sorted(src, 0, cmp.Compare[int]) },
		"operators.Sorted: nil function":                func() { operators.Sorted(src, 1, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}

// TestSignals: elements, and the end.
func TestSignals(t *testing.T) {
	got, err := sinks.Slice(t.Context(), operators.Materialize(sources.Of(0, 1)))
	require.NoError(t, err)
	require.Equal(t, signalsTo(2), got)
	got, err = sinks.Slice(t.Context(), operators.Materialize(sources.Empty[int]()))
	require.NoError(t, err)
	require.Equal(t, signalsTo(0), got)
	got, err = sinks.Slice(t.Context(), operators.Materialize(failingAt3()))
	require.NoError(t, err)
	require.Equal(t, []operators.Signal[int]{signalOf(1), signalOf(2), {Err: errStop}}, got)
	require.True(t, got[2].IsEnd())
	require.False(t, got[1].IsEnd())
}

// TestTheSignalOfTheEndNeedsDemand.
func TestTheSignalOfTheEndNeedsDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Materialize(up))
		p.Request(1)
		synctest.Wait()
		require.EqualValues(t, 1, up.Requested())
		up.Next(0)
		up.Complete()
		synctest.Wait()
		require.Equal(t, signalsTo(1)[:1], p.Values())
		require.False(t, p.Completed())
		p.Request(1)
		synctest.Wait()
		require.Equal(t, signalsTo(1), p.Values())
		require.True(t, p.Completed())
	})
}

// TestDematerializeEndsAtASignal: upstream is cancelled, and what comes behind
// is let go of.
func TestDematerializeEndsAtASignal(t *testing.T) {
	for name, end := range map[string]operators.Signal[*token]{"completion": {Completed: true}, "error": {Err: errStop}} {
		var m mint
		first, late := m.token(1), m.token(2)
		src := operators.FlatMapSlice(sources.Of(1), func(int) []operators.Signal[*token] {
			return []operators.Signal[*token]{{Value: first}, end, {Value: late}}
		})
		err := sinks.ForEach(t.Context(), operators.Dematerialize(src), func(_ context.Context, v *token) error {
			v.consumed.Add(1)
			return nil
		})
		require.ErrorIs(t, err, end.Err, name)
		require.EqualValues(t, 1, first.consumed.Load(), name)
		m.require(t, name)
	}
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[operators.Signal[int]](t)
		p := flowtest.Subscribe(t, operators.Dematerialize(up))
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		up.Next(signalOf(1))
		up.Next(operators.Signal[int]{Err: errStop})
		up.WaitCancelled()
		p.WaitDone()
		require.Equal(t, []int{1}, p.Values())
		require.Equal(t, errStop, p.Err(), "as it is")
	})
}

// TestSignalsCanBeShared where their elements can.
func TestSignalsCanBeShared(t *testing.T) {
	for _, out := range operators.Broadcast(operators.Materialize(sources.Of(0)), 1, 8) {
		got, err := sinks.Slice(t.Context(), out)
		require.NoError(t, err)
		require.Equal(t, signalsTo(1), got)
	}
	require.Panics(t, func() { operators.Signal[*token]{}.Fork(2) })
	require.NotPanics(t, func() { operators.Signal[int]{}.Fork(2) })
}

// TestSortedOfTooMany emits nothing, and lets go of all.
func TestSortedOfTooMany(t *testing.T) {
	var m mint
	err := sinks.Discard(t.Context(), operators.Sorted(sources.Of(m.token(1), m.token(2), m.token(3)), 2,
		func(a, b *token) int { return cmp.Compare(a.n, b.n) }, operators.WithName("it")))
	require.ErrorIs(t, err, flow.ErrLimitExceeded)
	require.EqualError(t, err, "it: flow: limit exceeded: more than 2 elements")
	m.require(t, "too many")
}

// TestSortedWaitsForDemand: nothing is compared before.
func TestSortedWaitsForDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up, calls := flowtest.NewManual[int](t), 0
		p := flowtest.Subscribe(t, operators.Sorted(up, 3, func(a, b int) int { calls++; return cmp.Compare(a, b) }))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(1)
		synctest.Wait()
		require.GreaterOrEqual(t, up.Requested(), int64(3))
		up.Next(3)
		up.Next(2)
		synctest.Wait()
		require.Zero(t, calls)
		up.Complete()
		synctest.Wait()
		require.Equal(t, []int{2}, p.Values())
		require.False(t, p.Completed())
		p.Request(1)
		synctest.Wait()
		require.Equal(t, []int{2, 3}, p.Values())
		require.True(t, p.Completed())
	})
}

// TestSortedWhoseFunctionDoesNotReturn lets go of all elements, and so it does
// where the subscriber leaves in the middle: nothing is compared any more.
func TestSortedWhoseFunctionDoesNotReturn(t *testing.T) {
	for name, leave := range map[string]func(p *flowtest.Probe[*token]){
		"panic":  func(*flowtest.Probe[*token]) { panic(errStop) },
		"goexit": func(*flowtest.Probe[*token]) { runtime.Goexit() },
		"cancel": (*flowtest.Probe[*token]).Cancel,
	} {
		for on, s := range schedulers {
			var m mint
			calls := 0
			p := flowtest.NewProbe[*token](t)
			var all sync.WaitGroup
			all.Go(func() { // which Goexit may end
				g, _ := scheduler.NewGraph(scheduler.With(t.Context(), s()), "g")
				scheduler.Subscribe(g, operators.Sorted(sources.Of(m.token(3), m.token(1), m.token(2)), 3, func(a, b *token) int {
					calls++
					leave(p)
					return cmp.Compare(a.n, b.n)
				}), p.Subscriber())
				p.Request(9)
				_ = g.Wait()
			})
			all.Wait()
			require.True(t, name == "cancel" || errors.Is(p.Err(), errStop) || errors.Is(p.Err(), flow.ErrGoexit), "%s on %s", name, on)
			require.Equal(t, 1, calls, "%s on %s", name, on)
			require.Empty(t, p.Values())
			m.require(t, name)
		}
	}
}
