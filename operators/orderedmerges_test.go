package operators_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestMergeSortedSorts random sources on every scheduler.
func TestMergeSortedSorts(t *testing.T) {
	run := func(s scheduler.Scheduler, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 5))
		var srcs []publisher
		want := []int{}
		for range rng.IntN(5) {
			all := make([]int, rng.IntN(300))
			for i := range all {
				all[i] = rng.IntN(100)
			}
			slices.Sort(all)
			want = append(want, all...)
			src := sources.Slice(all)
			if rng.IntN(2) == 0 {
				src = operators.Async(src, 1+rng.IntN(30))
			}
			srcs = append(srcs, src)
		}
		slices.Sort(want)
		got, err := sinks.Slice(scheduler.With(t.Context(), s), operators.MergeSorted(1+rng.IntN(20), cmp.Compare[int], srcs...))
		require.NoError(t, err)
		require.Equal(t, want, append([]int{}, got...), "seed %d", seed)
	}
	for seed := range uint64(100) {
		run(scheduler.NewSeeded(seed), seed)
		if seed < 20 {
			run(scheduler.Default(), seed)
			run(scheduler.NewPool(2), seed)
		}
	}
	flowtest.Expect(t, operators.MergeSorted(4, func(a, b int) int { return cmp.Compare(a/10, b/10) }, sources.Of(11, 22), sources.Of(10, 13, 21))).
		Request(3).Next(11, 10, 13).NoSignal().Request(2).Next(22, 21).Complete()
	_, err := sinks.Slice(t.Context(), operators.MergeSorted(4, func(int, int) int { panic(errStop) }, sources.Of(1), sources.Of(2)))
	require.ErrorIs(t, err, errStop)
}

// TestMergeSortedWaits for each source that goes on.
func TestMergeSortedWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, b := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.MergeSorted[int](4, cmp.Compare[int], a, b))
		p.Request(10)
		synctest.Wait()
		require.EqualValues(t, 4, a.Requested())
		a.Next(1, 5)
		synctest.Wait()
		require.Zero(t, p.Count())
		b.Next(3)
		synctest.Wait()
		p.ExpectNext(1, 3)
		b.Complete()
		p.ExpectNext(5)
		a.Error(errStop)
		p.ExpectError(errStop)
	})
}

func TestInterleaveTakesTurns(t *testing.T) {
	for on, s := range schedulers {
		for _, test := range []struct {
			segment int
			want    []int
		}{
			{1, []int{1, 10, 100, 2, 20, 3, 30, 40, 50}},
			{2, []int{1, 2, 10, 20, 100, 3, 30, 40, 50}},
			{9, []int{1, 2, 3, 10, 20, 30, 40, 50, 100}},
		} {
			srcs := []publisher{sources.Of(1, 2, 3), operators.Async(sources.Of(10, 20, 30, 40, 50), 2), sources.Of(100)}
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Interleave(test.segment, srcs...))
			require.NoError(t, err)
			require.Equal(t, test.want, got, on)
		}
	}
	flowtest.Expect(t, operators.Interleave[int](1)).Complete()
	synctest.Test(t, func(t *testing.T) {
		a, b := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Interleave[int](2, a, b))
		p.Request(3)
		b.Next(10, 20)
		a.Next(1)
		synctest.Wait()
		p.ExpectNext(1)
		require.EqualValues(t, 3, a.Requested())
		a.Next(2)
		p.ExpectNext(2, 10)
		synctest.Wait()
		require.EqualValues(t, 4, a.Requested())
		b.Error(errStop)
		synctest.Wait()
		require.NoError(t, p.Err(), "an element is before it")
		p.Request(1)
		p.ExpectNext(20)
		p.ExpectError(errStop)
		require.Equal(t, 1, a.Cancelled())
	})
}

func TestFlattenAndSwitch(t *testing.T) {
	streams := sources.Of(sources.Of(1, 2), sources.Of(3))
	got, err := sinks.Slice(t.Context(), operators.Flatten(streams, 1))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2, 3}, got)
	got, err = sinks.Slice(t.Context(), operators.Switch(sources.Of(sources.Never[int](), sources.Of(4, 5))))
	require.NoError(t, err)
	require.Equal(t, []int{4, 5}, got)
}

func TestOrderedMergesArguments(t *testing.T) {
	for text, f := range map[string]func(){
		"operators.MergeSorted: capacity 0, must be at least 1": func() { operators.MergeSorted(0, cmp.Compare[int]) },
		"operators.MergeSorted: nil function":                   func() { operators.MergeSorted[int](1, nil) },
		"operators.MergeSorted: nil source 0":                   func() { operators.MergeSorted(1, cmp.Compare[int], nil) },
		"operators.Interleave: segment 0, must be at least 1":   func() { operators.Interleave[int](0) },
		"operators.Interleave: nil source 0":                    func() { operators.Interleave[int](1, nil) },
		"operators.Flatten: nil source":                         func() { operators.Flatten[int](nil, 1) },
		"operators.Flatten: concurrency 0, must be at least 1":  func() { operators.Flatten(sources.Of(sources.Of(1)), 0) },
		"operators.Switch: nil source":                          func() { operators.Switch[int](nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}

func ExampleMergeSorted() {
	a, b := sources.Of(1, 4, 6), sources.Of(2, 3, 7)
	all, err := sinks.Slice(context.Background(), operators.MergeSorted(16, cmp.Compare[int], a, b))
	fmt.Println(all, err)
	// Output: [1 2 3 4 6 7] <nil>
}

func ExampleInterleave() {
	a, b := sources.Of(1, 2, 3), sources.Of(10, 20)
	all, err := sinks.Slice(context.Background(), operators.Interleave(1, a, b))
	fmt.Println(all, err)
	// Output: [1 10 2 20 3] <nil>
}

func ExampleFlatten() {
	files := sources.Of(sources.Of("a1", "a2"), sources.Of("b1"))
	all, err := sinks.Slice(context.Background(), operators.Flatten(files, 1))
	fmt.Println(all, err)
	// Output: [a1 a2 b1] <nil>
}

func ExampleSwitch() {
	channels := sources.Of(sources.Never[string](), sources.Of("news", "weather"))
	all, err := sinks.Slice(context.Background(), operators.Switch[string](channels))
	fmt.Println(all, err)
	// Output: [news weather] <nil>
}
