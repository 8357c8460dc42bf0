package operators_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
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

func join(v, w int) int { return 100*v + w }

func joinRow(row []int) (sum int) {
	for _, v := range row {
		sum = 100*sum + v
	}
	return sum
}

// twins makes a row of a zip whose sources count from 0.
func twins(row []int) int {
	if slices.Min(row) != slices.Max(row) {
		panic(fmt.Sprintf("zipped %v", row))
	}
	return row[0]
}

// TestZipIsWhatALoopIs: random lengths and boundaries on every scheduler.
func TestZipIsWhatALoopIs(t *testing.T) {
	run := func(s scheduler.Scheduler, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 3))
		least := 1000
		var srcs []publisher
		for range 1 + rng.IntN(4) {
			n := rng.IntN(1 + rng.IntN(900))
			least = min(least, n)
			src := sources.Slice(numbersTo(n))
			if rng.IntN(2) == 0 {
				src = operators.Async(src, 1+rng.IntN(300))
			}
			srcs = append(srcs, src)
		}
		var got []int
		for v, err := range sinks.Seq(scheduler.With(t.Context(), s), operators.Zip(srcs, twins), sinks.WithPrefetch(1+rng.IntN(400))) {
			require.NoError(t, err)
			got = append(got, v)
		}
		require.Equal(t, numbersTo(least), append([]int{}, got...), "seed %d", seed)
	}
	for seed := range uint64(100) {
		run(scheduler.NewSeeded(seed), seed)
		if seed < 20 {
			run(scheduler.Default(), seed)
			run(scheduler.Inline(), seed)
		}
	}
	flowtest.Expect(t, operators.Zip(nil, joinRow)).Complete()
	flowtest.Expect(t, operators.Zip([]publisher{sources.Never[int](), sources.Empty[int]()}, joinRow)).Complete() // without demand
	flowtest.Expect(t, operators.Zip3(sources.Of(1, 2), sources.Of(3, 4, 5), sources.Of(6, 7), func(a, b, c int) int { return 100*a + 10*b + c })).
		NoSignal().Request(1).Next(136).NoSignal().Request(1).Next(247).Complete()
}

// TestZipDemand: what is demanded is asked of each source, and no more than
// there are partners for.
func TestZipDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Zip([]publisher{a, b}, joinRow))
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 3, a.Requested())
		require.EqualValues(t, 3, b.Requested())
		a.Next(1, 2)
		a.Complete()
		b.Next(5)
		synctest.Wait()
		p.Request(10)
		synctest.Wait()
		require.EqualValues(t, 3, b.Requested(), "there are two partners")
		b.Next(6)
		p.ExpectNext(105, 206)
		p.ExpectComplete()
		require.Equal(t, 1, b.Cancelled())
	})
	synctest.Test(t, func(t *testing.T) { // an error comes after complete rows
		a, b := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Zip([]publisher{a, b}, joinRow))
		p.Request(3)
		a.Next(1, 2)
		b.Next(5)
		b.Error(errStop)
		p.ExpectNext(105)
		p.ExpectError(errStop)
		require.Equal(t, 1, a.Cancelled())
	})
}

// TestCombineLatestRows: a row for each element, once there is one of each; the
// order is that in which they come, and none is left out without demand.
func TestCombineLatestRows(t *testing.T) {
	for name, op := range map[string]func(a, b publisher) publisher{
		"CombineLatest":  func(a, b publisher) publisher { return operators.CombineLatest([]publisher{a, b}, joinRow) },
		"CombineLatest2": func(a, b publisher) publisher { return operators.CombineLatest2(a, b, join) },
	} {
		t.Run(name, func(t *testing.T) {
			start := func(t *testing.T) (a, b *flowtest.Manual[int], p *flowtest.Probe[int]) {
				a, b = flowtest.NewManual[int](t), flowtest.NewManual[int](t)
				return a, b, flowtest.Subscribe(t, op(a, b))
			}
			synctest.Test(t, func(t *testing.T) {
				a, b, p := start(t)
				synctest.Wait()
				require.Zero(t, a.Requested()+b.Requested())
				p.Request(2)
				synctest.Wait()
				require.EqualValues(t, 2, a.Requested())
				require.EqualValues(t, 2, b.Requested())
				a.Next(1, 2)
				synctest.Wait()
				require.EqualValues(t, 4, a.Requested(), "no row came of them")
				b.Next(5)
				synctest.Wait()
				b.Next(6)
				synctest.Wait()
				a.Next(3, 4)
				synctest.Wait()
				p.ExpectNext(205, 206)
				require.Equal(t, 2, p.Count())
				p.Request(flow.Unbounded)
				a.Complete()
				synctest.Wait()
				b.Next(8)
				b.Complete()
				p.ExpectNext(306, 406, 408)
				p.ExpectComplete()
			})
			synctest.Test(t, func(t *testing.T) { // one ends that has emitted nothing
				a, b, p := start(t)
				a.Complete()
				p.ExpectComplete()
				require.Equal(t, 1, b.Cancelled())
			})
			synctest.Test(t, func(t *testing.T) { // an error comes after what was before it
				a, b, p := start(t)
				p.Request(1)
				a.Next(1)
				synctest.Wait()
				b.Next(5)
				synctest.Wait()
				p.Request(1)
				synctest.Wait()
				p.ExpectNext(105)
				b.Next(6)
				b.Error(errStop)
				p.ExpectNext(106)
				p.ExpectError(errStop)
				require.Equal(t, 1, a.Cancelled())
			})
		})
	}
	flowtest.Expect(t, operators.CombineLatest(nil, joinRow)).Complete()
}

// TestCombineLatestIsWhatALoopIs: the last row has the last elements, and rows
// never go back.
func TestCombineLatestIsWhatALoopIs(t *testing.T) {
	for seed := range uint64(200) {
		rng := rand.New(rand.NewPCG(seed, 4))
		n, m := 1+rng.IntN(99), 1+rng.IntN(99)
		a, b := sources.Slice(numbersTo(n)), sources.Slice(numbersTo(m))
		if rng.IntN(2) == 0 {
			a = operators.Async(a, 1+rng.IntN(30))
		}
		ctx := scheduler.With(t.Context(), scheduler.NewSeeded(seed))
		var got []int
		for v, err := range sinks.Seq(ctx, operators.CombineLatest2(a, b, join), sinks.WithPrefetch(1+rng.IntN(40))) {
			require.NoError(t, err)
			got = append(got, v)
		}
		require.Equal(t, join(n-1, m-1), got[len(got)-1])
		for i := range len(got) - 1 {
			v, w := got[i]/100, got[i]%100
			require.Contains(t, []int{join(v+1, w), join(v, w+1)}, got[i+1], "seed %d", seed)
		}
	}
}

func TestWithLatestFrom(t *testing.T) {
	start := func(t *testing.T) (src, other *flowtest.Manual[int], p *flowtest.Probe[int]) {
		src, other = flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		return src, other, flowtest.Subscribe(t, operators.WithLatestFrom(src, other, join))
	}
	synctest.Test(t, func(t *testing.T) {
		src, other, p := start(t)
		synctest.Wait()
		require.Zero(t, src.Requested())
		require.EqualValues(t, 256, other.Requested(), "as much as there is room for before a foreign publisher")
		p.Request(2)
		src.Next(1)
		synctest.Wait()
		require.EqualValues(t, 3, src.Requested(), "the first was left out")
		other.Next(5, 6)
		synctest.Wait()
		src.Next(2)
		synctest.Wait()
		other.Next(7)
		other.Complete()
		synctest.Wait()
		src.Next(3)
		p.ExpectNext(206, 307)
		synctest.Wait()
		require.EqualValues(t, 3, src.Requested())
		src.Complete()
		p.ExpectComplete()
	})
	synctest.Test(t, func(t *testing.T) { // other has nothing: no row can come
		src, other, p := start(t)
		other.Complete()
		p.ExpectComplete()
		require.Equal(t, 1, src.Cancelled())
	})
	synctest.Test(t, func(t *testing.T) {
		src, other, p := start(t)
		other.Error(errStop)
		p.ExpectError(errStop)
		require.Equal(t, 1, src.Cancelled())
	})
	synctest.Test(t, func(t *testing.T) {
		src, other, p := start(t)
		src.Error(errStop)
		p.ExpectError(errStop)
		require.Equal(t, 1, other.Cancelled())
	})
	synctest.Test(t, func(t *testing.T) {
		src, other, p := start(t)
		synctest.Wait()
		p.Cancel()
		synctest.Wait()
		require.Equal(t, 2, src.Cancelled()+other.Cancelled())
	})
}

// TestRace: whoever signals first is heard, and nobody else.
func TestRace(t *testing.T) {
	start := func(t *testing.T) (all []*flowtest.Manual[int], p *flowtest.Probe[int]) {
		var srcs []publisher
		for range 3 {
			all = append(all, flowtest.NewManual[int](t))
			srcs = append(srcs, all[len(all)-1])
		}
		return all, flowtest.Subscribe(t, operators.Race(srcs...))
	}
	synctest.Test(t, func(t *testing.T) {
		all, p := start(t)
		p.Request(2)
		synctest.Wait()
		for _, m := range all {
			require.EqualValues(t, 2, m.Requested())
		}
		all[1].Next(1)
		synctest.Wait()
		require.Equal(t, []int{1, 0, 1}, []int{all[0].Cancelled(), all[1].Cancelled(), all[2].Cancelled()})
		p.Request(3)
		synctest.Wait()
		require.EqualValues(t, 5, all[1].Requested())
		require.EqualValues(t, 2, all[0].Requested())
		all[1].Next(2)
		all[1].Complete()
		p.ExpectNext(1, 2)
		p.ExpectComplete()
	})
	synctest.Test(t, func(t *testing.T) { // without demand
		all, p := start(t)
		all[2].Complete()
		p.ExpectComplete()
		require.Equal(t, 2, all[0].Cancelled()+all[1].Cancelled())
	})
	synctest.Test(t, func(t *testing.T) {
		all, p := start(t)
		all[0].Error(errStop)
		p.ExpectError(errStop)
		require.Equal(t, 2, all[1].Cancelled()+all[2].Cancelled())
	})
	flowtest.Expect(t, operators.Race[int]()).Complete()
	for on, s := range schedulers {
		got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Race(sources.Slice(numbersTo(lawSize)), operators.Async(sources.Slice(numbersTo(lawSize)), 3)))
		require.NoError(t, err)
		require.Equal(t, numbersTo(lawSize), got, on)
	}
}

// TestCombinationsEndWithTheirContext, also one that has ended before.
func TestCombinationsEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	a, b := sources.Of(1), sources.Of(1)
	for name, p := range map[string]publisher{
		"Zip":            operators.Zip([]publisher{a, b}, func([]int) int { panic("called") }),
		"CombineLatest2": operators.CombineLatest2(a, b, func(int, int) int { panic("called") }),
		"WithLatestFrom": operators.WithLatestFrom(a, b, func(int, int) int { panic("called") }),
		"Race":           operators.Race(a, b),
	} {
		_, err := sinks.Slice(ctx, p)
		require.ErrorIs(t, err, errStop, name)
	}
}

func TestCombinationArguments(t *testing.T) {
	a := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.Zip: nil function":            func() { operators.Zip[int, int](nil, nil) },
		"operators.Zip: nil source 1":            func() { operators.Zip([]publisher{a, nil}, joinRow) },
		"operators.Zip3: nil source 2":           func() { operators.Zip3[int, int, int](a, a, nil, func(a, b, c int) int { return 0 }) },
		"operators.Zip3: nil function":           func() { operators.Zip3[int, int, int, int](a, a, a, nil) },
		"operators.CombineLatest: nil function":  func() { operators.CombineLatest[int, int](nil, nil) },
		"operators.CombineLatest: nil source 0":  func() { operators.CombineLatest([]publisher{nil}, joinRow) },
		"operators.CombineLatest2: nil source 1": func() { operators.CombineLatest2(a, nil, join) },
		"operators.CombineLatest2: nil function": func() { operators.CombineLatest2[int, int, int](a, a, nil) },
		"operators.WithLatestFrom: nil source":   func() { operators.WithLatestFrom(nil, a, join) },
		"operators.WithLatestFrom: nil other":    func() { operators.WithLatestFrom(a, nil, join) },
		"operators.WithLatestFrom: nil function": func() { operators.WithLatestFrom[int, int, int](a, a, nil) },
		"operators.Race: nil source 0":           func() { operators.Race[int](nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
	require.Len(t, flow.Describe(operators.CombineLatest([]publisher{a, a, sources.Of(2)}, joinRow)).Stages, 3)
}
