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

func itself(v int) int64 { return int64(v) }

func weighted(limit int64, opts ...operators.Option) func(publisher) publisher {
	return func(p publisher) publisher { return digits(operators.BatchWeighted(p, limit, itself, opts...)) }
}

func TestBatchWeighted(t *testing.T) {
	for _, test := range []struct {
		in, want []int
	}{
		{nil, nil},
		{[]int{3}, []int{3}},
		{[]int{5}, []int{5}},
		{[]int{9}, []int{9}},
		{[]int{3, 2, 4, 9, 1}, []int{32, 4, 9, 1}},
		{[]int{1, 1, 1, 1, 1, 1}, []int{11111, 1}},
		{[]int{4, 2, 4, 1, 9, 9}, []int{4, 2, 41, 9, 9}},
		{[]int{9, 1, 4, 9}, []int{9, 14, 9}},
	} {
		for name, s := range schedulers {
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), weighted(5)(sources.Slice(test.in)))
			require.NoError(t, err)
			require.Equal(t, test.want, got, "%v on %s", test.in, name)
			var one []int
			for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), weighted(5)(sources.Slice(test.in))) {
				require.NoError(t, err)
				one = append(one, v)
			}
			require.Equal(t, test.want, one, "%v on %s", test.in, name)
		}
	}
	nothing := operators.BatchWeighted(sources.Of(1, 2, 3, 4), 3, func(int) int64 { return 0 })
	got, err := sinks.Slice(t.Context(), nothing)
	require.NoError(t, err)
	require.Equal(t, [][]int{{1, 2, 3}, {4}}, got, "an element weighs at least 1")
}

func TestBatchWeightedInTime(t *testing.T) {
	in10 := weighted(5, operators.WithMaxWait(10*ms))
	runTimed(t, []timedCase{
		{"when it is full", "1@1 4@3 2@5 |@30", "all@0", "14@3 2@30 |@30", weighted(5)},
		{"when the next is too heavy", "1@1 3@3 2@5 |@30", "all@0", "13@5 2@30 |@30", weighted(5)},
		{"its time", "1@1 3@3 2@20 |@25", "all@0", "13@11 2@25 |@25", in10},
		{"at its time", "1@1 3@11 2@12 |@25", "all@0", "13@11 2@22 |@25", in10},
		{"the time of what was too heavy", "1@1 3@3 2@5 |@25", "all@0", "13@5 2@15 |@25", in10},
		{"no time for what is full", "1@1 4@3 |@25", "all@0", "14@3 |@25", in10},
		{"no demand at its time", "1@1 3@3 2@20 |@50", "1@0 1@13 1@30", "13@11 2@30 |@50", in10},
		{"one at a time", "1@1 4@3 2@5 |@30", "1@0 1@50", "14@3 2@50 |@50", in10},
		{"cancel", "1@1 4@3 2@5", "all@0 x@8", "14@3", in10},
		{"an error", "1@1 4@3 2@5 !@8", "all@0", "14@3 !@8", in10},
		{"the context ends", "1@1 4@3 2@5", "all@0 ctx@8", "14@3 !@8", in10},
	})
}

// TestBatchWeightedFails behind full slices, and lets go of the others.
func TestBatchWeightedFails(t *testing.T) {
	for what, weight := range map[string]func(v int) int64{
		"panics":   func(int) int64 { panic(errStop) },
		"negative": func(int) int64 { return -3 },
	} {
		for _, s := range schedulers {
			src := operators.BatchWeighted(sources.Of(2, 3, 1, 7, 1), 5, func(v int) int64 {
				if v == 7 {
					return weight(v)
				}
				return int64(v)
			}, operators.WithName("it"))
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
			require.Equal(t, [][]int{{2, 3}}, got)
			if what == "negative" {
				require.EqualError(t, err, "it: weight -3, must not be negative")
			} else {
				require.ErrorIs(t, err, errStop)
			}
		}
	}
}

// TestBatchWeightedDemand: an element for each slice that is demanded.
func TestBatchWeightedDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.BatchWeighted(up, 5, itself))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(1)
		synctest.Wait()
		require.EqualValues(t, 1, up.Requested())
		up.Next(2)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		up.Next(9)
		synctest.Wait()
		p.ExpectNext([]int{2})
		require.EqualValues(t, 2, up.Requested(), "nothing is demanded")
		p.Request(3)
		synctest.Wait()
		p.ExpectNext([]int{9})
		require.EqualValues(t, 4, up.Requested())
		up.Complete()
		synctest.Wait()
		p.ExpectComplete()
	})
}

func TestBatchAt(t *testing.T) {
	at := func(other string) func(publisher) publisher {
		return func(p publisher) publisher { return digits(operators.BatchAt(p, script(other), 4)) }
	}
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", at("0@3 0@9")},
		{"at each", "1@1 2@2 3@8 4@22 |@30", "all@0", "12@5 3@10 4@30 |@30", at("0@5 0@10 0@15")},
		{"full", "1@1 2@2 3@3 4@4 5@6 |@30", "all@0", "1234@4 5@15 |@30", at("0@15")},
		{"one at a time", "1@1 2@2 3@8 4@22 |@30", "1@0 1@7 1@20", "12@5 3@10 4@30 |@30", at("0@5 0@10 0@15")},
		{"no demand goes on to fill", "1@1 2@8 3@12 |@30", "1@0 1@13", "1@5 23@13 |@30", at("0@5 0@10")},
		{"no demand, full", "1@1 2@8 3@12 4@13 5@14 |@30", "1@0 1@20 1@40", "1@5 234@20 5@40 |@40", at("0@5 0@10 0@29")},
		{"the rest waits for demand", "1@1 2@8 |@9", "1@0 1@50", "1@5 2@50 |@50", at("0@5")},
		{"other completes", "1@1 2@8 3@20", "all@0", "1@5 2@9 |@9", at("0@5 |@9")},
		{"other completes at once", "1@1", "all@0", "|@0", at("|@0")},
		{"other fails", "1@1 2@8 3@20", "all@0", "1@5 !@9", at("0@5 !@9")},
		{"other fails behind what lacks demand", "1@1 2@8 3@20", "1@0 1@30", "1@5 2@30 !@30", at("0@5 0@9 !@10")},
		{"an error", "1@1 2@8 !@9", "all@0", "1@5 !@9", at("0@5 0@12")},
		{"cancel", "1@1 2@8 3@20", "all@0 x@9", "1@5", at("0@5 0@12")},
		{"the context ends", "1@1 2@8 3@20", "all@0 ctx@9", "1@5 !@9", at("0@5 0@12")},
	})
}

// TestBatchAtLeavesBoth when one has ended, or the subscriber has left.
func TestBatchAtLeavesBoth(t *testing.T) {
	for what, end := range map[string]func(up, other *flowtest.Manual[int], p *flowtest.Probe[[]int]){
		"cancel":          func(_, _ *flowtest.Manual[int], p *flowtest.Probe[[]int]) { p.Cancel() },
		"src completes":   func(up, _ *flowtest.Manual[int], _ *flowtest.Probe[[]int]) { up.Complete() },
		"src fails":       func(up, _ *flowtest.Manual[int], _ *flowtest.Probe[[]int]) { up.Error(errStop) },
		"other completes": func(_, other *flowtest.Manual[int], _ *flowtest.Probe[[]int]) { other.Complete() },
		"other fails":     func(_, other *flowtest.Manual[int], _ *flowtest.Probe[[]int]) { other.Error(errStop) },
	} {
		synctest.Test(t, func(t *testing.T) {
			up, other := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.BatchAt(up, other, 3))
			p.Request(2)
			synctest.Wait()
			require.EqualValues(t, 3, up.Requested(), what)
			up.Next(1)
			synctest.Wait()
			other.Next(1)
			synctest.Wait()
			p.ExpectNext([]int{1})
			require.EqualValues(t, 4, up.Requested(), what)
			end(up, other, p)
			synctest.Wait()
			require.Equal(t, 1, up.Cancelled()+other.Cancelled()-btoi(what == "cancel"), what)
		})
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// batchTokens are the batches as tokens go through them.
var batchTokens = map[string]func(tokens) tokens{
	"weighted": func(p tokens) tokens {
		return flat(operators.BatchWeighted(p, 9, func(t *token) int64 { return int64(t.n % 7) }, operators.WithMaxWait(5*ms)))
	},
	"at": func(p tokens) tokens { return flat(operators.BatchAt(p, sources.Ticker(7*ms), 5)) },
}

func TestBatchesReleaseOnce(t *testing.T) { releaseOnce(t, batchTokens) }

// releaseOnce says that every token is consumed or released once, however the
// stream ends, and that the sum of each stage closes.
func releaseOnce(t *testing.T, stages map[string]func(tokens) tokens) {
	t.Helper()
	for name, op := range stages {
		for _, end := range append([]string{"error above"}, tokenEnds...) {
			for _, own := range []bool{true, false} {
				t.Run(fmt.Sprint(name, " ", end, " own goroutine ", own), func(t *testing.T) {
					inVirtualTime(t, func(t *testing.T, ctx context.Context) {
						for _, at := range []int{0, 7, 59} {
							mergedTokenRun(t, ctx, op, end, own, at)
						}
					})
				})
			}
		}
	}
}

func TestWrongArgumentsOfBatches(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.BatchWeighted: nil source":                  func() { operators.BatchWeighted(nil, 1, itself) },
		"operators.BatchWeighted: limit 0, must be at least 1": func() { operators.BatchWeighted(src, 0, itself) },
		"operators.BatchWeighted: nil function":                func() { operators.BatchWeighted(src, 1, nil) },
		"operators.BatchAt: nil source":                        func() { operators.BatchAt[int](nil, src, 1) },
		"operators.BatchAt: nil other":                         func() { operators.BatchAt[int, int](src, nil, 1) },
		"operators.BatchAt: size 0, must be at least 1":        func() { operators.BatchAt(src, src, 0) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
