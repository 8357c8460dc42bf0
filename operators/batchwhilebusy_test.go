package operators_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// busyReader takes d for each slice, and notes when it got which.
func busyReader(t *testing.T, ctx context.Context, src flow.Publisher[[]int], d time.Duration) (got []timedBatch) {
	t.Helper()
	start := time.Now()
	require.NoError(t, sinks.ForEach(ctx, src, func(_ context.Context, b []int) error {
		got = append(got, timedBatch{time.Since(start), b})
		time.Sleep(d)
		return nil
	}))
	return got
}

// TestBatchWhileBusy: a request takes what has come, and if nothing has, the
// next that comes.
func TestBatchWhileBusy(t *testing.T) {
	for name, test := range map[string]struct {
		in   string
		size int
		want []timedBatch
	}{
		"none":                {"|@5", 4, nil},
		"a reader with time":  {"1@0 2@20 |@25", 4, []timedBatch{{0, []int{1}}, {20 * ms, []int{2}}}},
		"what has come":       {"1@0 2@3 3@6 4@17 |@19", 4, []timedBatch{{0, []int{1}}, {10 * ms, []int{2, 3}}, {20 * ms, []int{4}}}},
		"then alone again":    {"1@0 2@3 3@6 4@31 |@45", 4, []timedBatch{{0, []int{1}}, {10 * ms, []int{2, 3}}, {31 * ms, []int{4}}}},
		"no more than fit":    {"1@1 2@2 3@3 4@4 |@4", 2, []timedBatch{{1 * ms, []int{1}}, {11 * ms, []int{2, 3}}, {21 * ms, []int{4}}}},
		"one by one":          {"1@1 2@2 3@3 |@3", 1, []timedBatch{{1 * ms, []int{1}}, {11 * ms, []int{2}}, {21 * ms, []int{3}}}},
		"the rest at the end": {"1@1 2@2 3@3 |@3", 8, []timedBatch{{1 * ms, []int{1}}, {11 * ms, []int{2, 3}}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := busyReader(t, t.Context(), operators.BatchWhileBusy(script(test.in), test.size), 10*ms)
				require.Equal(t, test.want, got)
			})
		})
	}
}

// TestBatchWhileBusyDemand: size elements ahead, and more when three quarters
// have been handed on.
func TestBatchWhileBusyDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.BatchWhileBusy(up, 8))
		synctest.Wait()
		require.EqualValues(t, 8, up.Requested())
		up.Next(numbersTo(8)...)
		synctest.Wait()
		require.EqualValues(t, 8, up.Requested(), "it is full")
		require.Zero(t, p.Count())
		p.Request(1)
		synctest.Wait()
		p.ExpectNext(numbersTo(8))
		require.EqualValues(t, 16, up.Requested())
		p.Request(1)
		for i := range 6 {
			up.Next(i)
			synctest.Wait()
			p.ExpectNext([]int{i})
			require.EqualValues(t, []int64{16, 16, 16, 16, 16, 22}[i], up.Requested())
			p.Request(1)
		}
		up.Complete()
		p.WaitDone()
		require.True(t, p.Completed())
	})
}

// TestBatchWhileBusyKeepsAll, in order and in slices that fit, on every
// scheduler.
func TestBatchWhileBusyKeepsAll(t *testing.T) {
	for on, s := range schedulers {
		for _, size := range []int{1, 2, 3, 16, 1 << 20} {
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.BatchWhileBusy(sources.Slice(numbersTo(lawSize)), size))
			require.NoError(t, err)
			require.Equal(t, numbersTo(lawSize), slices.Concat(got...), on)
			for _, b := range got {
				require.NotEmpty(t, b)
				require.LessOrEqual(t, len(b), size)
			}
		}
	}
}

// TestBatchWhileBusyEnds: what is held is delivered before an error, which
// needs demand for that; cancel and the end of the context let go of it.
func TestBatchWhileBusyEnds(t *testing.T) {
	for _, end := range []string{"error", "completion", "cancel", "context"} {
		synctest.Test(t, func(t *testing.T) {
			var m mint
			ctx, cancel := context.WithCancelCause(t.Context())
			up := flowtest.NewManual[*token](t)
			p := flowtest.Subscribe(t, operators.BatchWhileBusy(up, 8), flowtest.WithContext(ctx))
			synctest.Wait()
			up.Next(m.token(0), m.token(1))
			synctest.Wait()
			want := flow.Reason(0)
			switch end {
			case "error":
				up.Error(errStop)
			case "completion":
				up.Complete()
			case "cancel":
				p.Cancel()
				want = flow.Cancelled
			case "context":
				cancel(errStop)
				want = flow.Failed
			}
			synctest.Wait()
			if want == 0 {
				require.NoError(t, p.Err())
				require.False(t, p.Completed())
				p.Request(1)
				synctest.Wait()
				require.Len(t, p.Values()[0], 2)
			}
			switch end {
			case "completion":
				require.True(t, p.Completed())
			case "error", "context":
				require.ErrorIs(t, p.Err(), errStop)
			}
			for _, tok := range m.all {
				require.Equal(t, uint32(want), tok.reason.Load(), end)
			}
			cancel(nil)
		})
	}
}

func TestWrongArgumentsOfBatchWhileBusy(t *testing.T) {
	require.PanicsWithValue(t, "operators.BatchWhileBusy: nil source", func() { operators.BatchWhileBusy[int](nil, 1) })
	require.PanicsWithValue(t, "operators.BatchWhileBusy: size 0, must be at least 1", func() {
		operators.BatchWhileBusy(sources.Of(1), 0)
	})
}
