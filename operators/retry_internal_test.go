package operators

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestBackoffBounds(t *testing.T) {
	const most = time.Duration(1<<63 - 1)
	for _, test := range []struct {
		first, most time.Duration
		failures    int64
		want        time.Duration
	}{
		{1, 100, 1, 1},
		{1, 100, 2, 2},
		{1, 100, 7, 64},
		{1, 100, 8, 100},
		{1, 100, 1 << 60, 100},
		{3, 3, 1, 3},
		{3, 3, 9, 3},
		{2, 5, 2, 4},
		{2, 5, 3, 5},
		{1, most, 63, 1 << 62},
		{1, most, 64, most},
		{most, most, 2, most},
	} {
		require.Equal(t, test.want, stage.Backoff(test.first, test.most, test.failures), "%+v", test)
	}
}

// TestBackoffIsExact: the next attempt is made when the wait that was drawn is
// over, and the draw is among as many nanoseconds as the bound has.
func TestBackoffIsExact(t *testing.T) {
	failed := errors.New("failed")
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		src := sources.Defer(func(context.Context) (flow.Publisher[int], error) {
			at = append(at, time.Since(start))
			return nil, failed
		})
		p := Retry(src, 5, WithBackoff(time.Second, 6*time.Second)).(*retryOp[int])
		var bounds []time.Duration
		p.random = func(_ *scheduler.Run, n int64) int64 {
			bounds = append(bounds, time.Duration(n))
			return []int64{0, n - 1, n / 2, 1, n - 1}[len(bounds)-1]
		}
		require.ErrorIs(t, sinks.Discard(t.Context(), p), failed)
		require.Equal(t, []time.Duration{1e9, 2e9, 4e9, 6e9, 6e9}, bounds)
		require.Equal(t, []time.Duration{0, 0, 2e9 - 1, 4e9 - 1, 4e9, 10e9 - 1}, at)
	})
}

// TestRetryLeavesNoTimer behind when it is cancelled, or its context ends, in a
// wait.
func TestRetryLeavesNoTimer(t *testing.T) {
	failed := errors.New("failed")
	for name, cancelled := range map[string]bool{"cancel": true, "context": false} {
		synctest.Test(t, func(t *testing.T) {
			p := Retry(sources.Error[int](failed), 1, WithBackoff(time.Hour, time.Hour)).(*retryOp[int])
			p.random = func(_ *scheduler.Run, n int64) int64 { return n - 1 }
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			s := &retryStage[int]{plan: p}
			s.Begin(scheduler.Enter(ctx), p.Node(), ignoring{}, s)
			synctest.Wait()
			require.True(t, s.waits)
			if cancelled {
				s.Cancel()
			} else {
				cancel()
			}
			time.Sleep(2 * time.Hour)
			require.False(t, s.alarm.Rang(), name)
			require.EqualValues(t, 1, s.attempts)
		})
	}
}

type ignoring struct{}

func (ignoring) OnSubscribe(flow.Subscription) {}
func (ignoring) OnNext(int)                    {}
func (ignoring) OnError(error)                 {}
func (ignoring) OnComplete()                   {}
