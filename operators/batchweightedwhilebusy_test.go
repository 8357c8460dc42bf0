package operators_test

import (
	"runtime"
	"slices"
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

// TestBatchWeightedWhileBusy: a request takes what has come, as far as it fits.
func TestBatchWeightedWhileBusy(t *testing.T) {
	for name, test := range map[string]struct {
		in   string
		want []timedBatch
	}{
		"none":                  {"|@5", nil},
		"a reader with time":    {"1@0 2@20 |@25", []timedBatch{{0, []int{1}}, {20 * ms, []int{2}}}},
		"what has come":         {"1@0 2@3 3@6 4@17 |@19", []timedBatch{{0, []int{1}}, {10 * ms, []int{2, 3}}, {20 * ms, []int{4}}}},
		"no more than fit":      {"1@1 3@2 1@3 4@4 2@5 |@6", []timedBatch{{1 * ms, []int{1}}, {11 * ms, []int{3, 1}}, {21 * ms, []int{4}}, {31 * ms, []int{2}}}},
		"too heavy for a slice": {"1@1 9@2 1@3 |@4", []timedBatch{{1 * ms, []int{1}}, {11 * ms, []int{9}}, {21 * ms, []int{1}}}},
		"an element of nothing": {"5@1 0@2 0@3 4@4 |@5", []timedBatch{{1 * ms, []int{5}}, {11 * ms, []int{0, 0}}, {21 * ms, []int{4}}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := busyReader(t, t.Context(), operators.BatchWeightedWhileBusy(script(test.in), 5, itself), 10*ms)
				require.Equal(t, test.want, got)
			})
		})
	}
}

// TestBatchWeightedWhileBusyDemand: one at a time, until the limit is reached.
func TestBatchWeightedWhileBusyDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.BatchWeightedWhileBusy(up, 5, itself))
		for i, v := range []int{1, 2, 1} {
			synctest.Wait()
			require.EqualValues(t, i+1, up.Requested())
			up.Next(v)
		}
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		up.Next(3)
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested(), "one is too heavy to be added")
		require.Zero(t, p.Count())
		p.Request(1)
		synctest.Wait()
		p.ExpectNext([]int{1, 2, 1})
		require.EqualValues(t, 5, up.Requested())
		up.Next(2)
		synctest.Wait()
		require.EqualValues(t, 5, up.Requested(), "it is full")
		up.Complete()
		p.Request(1)
		p.WaitDone()
		p.ExpectNext([]int{3, 2})
		require.True(t, p.Completed())
	})
}

// TestBatchWeightedWhileBusyKeepsAll, in order and in slices that fit, on every
// scheduler.
func TestBatchWeightedWhileBusyKeepsAll(t *testing.T) {
	weight := func(v int) int64 { return int64(v % 9) }
	for on, s := range schedulers {
		for _, limit := range []int64{1, 2, 7, 100, 1 << 40} {
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.BatchWeightedWhileBusy(sources.Slice(numbersTo(lawSize)), limit, weight))
			require.NoError(t, err)
			require.Equal(t, numbersTo(lawSize), slices.Concat(got...), on)
			for _, b := range got {
				sum := int64(0)
				for _, v := range b {
					sum += max(1, weight(v))
				}
				require.True(t, sum <= limit || len(b) == 1, "%v on %s", b, on)
			}
		}
	}
}

// TestBatchWeightedWhileBusyFails behind what came before.
func TestBatchWeightedWhileBusyFails(t *testing.T) {
	for what, weight := range map[string]func() int64{
		"panics":   func() int64 { panic(errStop) },
		"goexit":   func() int64 { runtime.Goexit(); return 0 },
		"negative": func() int64 { return -3 },
	} {
		synctest.Test(t, func(t *testing.T) {
			var m mint
			all := []*token{m.token(1), m.token(2), m.token(7), m.token(3)}
			var got [][]*token
			var err error
			var wait sync.WaitGroup
			wait.Go(func() {
				src := operators.BatchWeightedWhileBusy(sources.Slice(all), 5, func(t *token) int64 {
					if t.n == 7 {
						return weight()
					}
					return int64(t.n)
				}, operators.WithName("it"))
				got, err = sinks.Slice(t.Context(), src)
			})
			wait.Wait()
			require.Equal(t, all[:2], slices.Concat(got...), what)
			require.Equal(t, uint32(flow.Failed), all[2].reason.Load())
			switch what {
			case "negative":
				require.EqualError(t, err, "it: weight -3, must not be negative")
			case "panics":
				require.ErrorIs(t, err, errStop)
			default:
				require.ErrorIs(t, err, flow.ErrGoexit)
			}
		})
	}
}

func TestBatchWeightedWhileBusyReleasesOnce(t *testing.T) {
	releaseOnce(t, map[string]func(tokens) tokens{
		"weighted": func(p tokens) tokens {
			batches := operators.BatchWeightedWhileBusy(p, 9, func(t *token) int64 { return int64(t.n % 7) })
			return flat(operators.Throttle(batches, 1, 7*ms))
		},
	})
}

func TestWrongArgumentsOfBatchWeightedWhileBusy(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.BatchWeightedWhileBusy: nil source":                  func() { operators.BatchWeightedWhileBusy(nil, 1, itself) },
		"operators.BatchWeightedWhileBusy: limit 0, must be at least 1": func() { operators.BatchWeightedWhileBusy(src, 0, itself) },
		"operators.BatchWeightedWhileBusy: nil function":                func() { operators.BatchWeightedWhileBusy(src, 1, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
