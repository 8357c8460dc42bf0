package operators_test

import (
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

// until9 ends slices with a 9.
func until9(size int, opts ...operators.Option) func(publisher) publisher {
	return func(p publisher) publisher { return digits(operators.BatchUntil(p, size, is(9), opts...)) }
}

// untilChanged has a slice for adjacent numbers of one parity.
func untilChanged(size int, opts ...operators.Option) func(publisher) publisher {
	return func(p publisher) publisher { return digits(operators.BatchUntilChanged(p, size, parity, opts...)) }
}

func parity(v int) int { return v % 2 }

func TestBatchUntil(t *testing.T) {
	for _, test := range []struct {
		op       func(publisher) publisher
		in, want []int
	}{
		{until9(3), nil, nil},
		{until9(3), []int{1}, []int{1}},
		{until9(3), []int{9}, []int{9}},
		{until9(3), []int{9, 9, 1}, []int{9, 9, 1}},
		{until9(3), []int{1, 9, 2, 3, 9, 4}, []int{19, 239, 4}},
		{until9(3), []int{1, 2, 3, 4, 9}, []int{123, 49}},
		{until9(1), []int{1, 9, 2}, []int{1, 9, 2}},
		{untilChanged(3), nil, nil},
		{untilChanged(3), []int{1}, []int{1}},
		{untilChanged(3), []int{1, 3, 2, 5}, []int{13, 2, 5}},
		{untilChanged(3), []int{1, 3, 5, 7, 2}, []int{135, 7, 2}},
		{untilChanged(3), []int{1, 3, 5, 2}, []int{135, 2}},
		{untilChanged(1), []int{1, 3, 2}, []int{1, 3, 2}},
	} {
		for name, s := range schedulers {
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), test.op(sources.Slice(test.in)))
			require.NoError(t, err)
			require.Equal(t, test.want, got, "%v on %s", test.in, name)
			var one []int
			src := test.op(foreign{sources.Slice(test.in)})
			for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), src) {
				require.NoError(t, err)
				one = append(one, v)
			}
			require.Equal(t, test.want, one, "%v on %s", test.in, name)
		}
	}
}

func TestBatchUntilInTime(t *testing.T) {
	in10 := until9(3, operators.WithMaxWait(10*ms))
	keys10 := untilChanged(3, operators.WithMaxWait(10*ms))
	runTimed(t, []timedCase{
		{"its last", "1@1 9@3 2@5 |@30", "all@0", "19@3 2@30 |@30", until9(3)},
		{"its time", "1@1 2@20 |@25", "all@0", "1@11 2@25 |@25", in10},
		{"at its time", "1@1 2@11 |@25", "all@0", "12@11 |@25", in10},
		{"before its time", "1@1 2@10 |@25", "all@0", "12@11 |@25", in10},
		{"no time for what has ended", "1@1 9@3 |@25", "all@0", "19@3 |@25", in10},
		{"no demand at its time", "1@1 2@3 4@20 |@50", "1@0 1@13 1@30", "12@11 4@30 |@50", in10},
		{"cancel", "1@1 9@3 2@5", "all@0 x@8", "19@3", in10},
		{"an error", "1@1 9@3 2@5 !@8", "all@0", "19@3 !@8", in10},
		{"the context ends", "1@1 9@3 2@5", "all@0 ctx@8", "19@3 !@8", in10},
		{"another key", "1@1 3@3 2@5 |@30", "all@0", "13@5 2@30 |@30", untilChanged(3)},
		{"the time of another key", "1@1 3@3 2@5 |@30", "all@0", "13@5 2@15 |@30", keys10},
		{"the key behind its time", "1@1 3@20 |@25", "all@0", "1@11 3@25 |@25", keys10},
		{"another key, no demand", "1@1 2@5 |@30", "1@0 1@40", "1@5 2@40 |@40", untilChanged(3)},
	})
}

// TestBatchUntilFails behind full slices, and lets go of the others.
func TestBatchUntilFails(t *testing.T) {
	at7 := func(v int) bool {
		if v == 7 {
			panic(errStop)
		}
		return v == 9
	}
	for _, s := range schedulers {
		for _, op := range []flow.Publisher[[]int]{
			operators.BatchUntil(sources.Of(1, 9, 2, 7, 9), 5, at7),
			operators.BatchUntilChanged(sources.Of(9, 9, 1, 7, 9), 5, at7),
		} {
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), op)
			require.ErrorIs(t, err, errStop)
			var p *flow.PanicError
			require.ErrorAs(t, err, &p)
			require.Len(t, got, 1)
			require.Len(t, got[0], 2)
		}
	}
}

// TestBatchUntilDemand: an element for each slice that is demanded.
func TestBatchUntilDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.BatchUntilChanged(up, 5, parity))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(2)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		up.Next(1, 3)
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		up.Next(2, 4)
		synctest.Wait()
		require.Equal(t, [][]int{{1, 3}}, p.Values())
		require.EqualValues(t, 5, up.Requested())
		p.Cancel()
		up.WaitCancelled()
	})
}

// TestKeysBelongToASubscription: each begins with none.
func TestKeysBelongToASubscription(t *testing.T) {
	src := untilChanged(3)(sources.Of(1, 2, 4))
	for range 2 {
		got, err := sinks.Slice(t.Context(), src)
		require.NoError(t, err)
		require.Equal(t, []int{1, 24}, got)
	}
}

func TestWrongArgumentsOfBatchUntilPanicAtAssembly(t *testing.T) {
	src := sources.Of(1, 2, 3)
	for text, f := range map[string]func(){
		"operators.BatchUntil: nil source":                        func() { operators.BatchUntil(nil, 1, is(9)) },
		"operators.BatchUntil: size 0, must be at least 1":        func() { operators.BatchUntil(src, 0, is(9)) },
		"operators.BatchUntil: nil function":                      func() { operators.BatchUntil(src, 1, nil) },
		"operators.BatchUntilChanged: nil source":                 func() { operators.BatchUntilChanged(nil, 1, parity) },
		"operators.BatchUntilChanged: size 0, must be at least 1": func() { operators.BatchUntilChanged(src, 0, parity) },
		"operators.BatchUntilChanged: nil function":               func() { operators.BatchUntilChanged[int, int](src, 1, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
