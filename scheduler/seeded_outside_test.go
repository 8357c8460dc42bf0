package scheduler_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
)

// TestSeededGoesOnWhenASinkIsEndedFromOutside: a goroutine ends the sink of a
// graph's function while the thread waits, and no head is ready.
func TestSeededGoesOnWhenASinkIsEndedFromOutside(t *testing.T) {
	cause := errors.New("cause")
	silent := flow.PublisherFunc[int](func(ctx context.Context, s flow.Subscriber[int]) {
		s.OnSubscribe(nobody{})
		time.AfterFunc(time.Second, func() { scheduler.RunOf(ctx).Fail(cause) }) // of the bubble's time
	})
	flowtest.Simulate(t, 1, func(t *testing.T, ctx context.Context) {
		start := time.Now()
		ctx, cancel := context.WithTimeout(ctx, time.Minute) // which wakes the thread as well
		defer cancel()
		g, ctx := scheduler.NewGraph(ctx, "g")
		g.Go(func() error { return sinks.Discard(ctx, silent) })
		require.ErrorIs(t, g.Wait(), cause)
		require.Equal(t, time.Second, time.Since(start))
	})
}

type nobody struct{}

func (nobody) Request(int64) {}
func (nobody) Cancel()       {}
