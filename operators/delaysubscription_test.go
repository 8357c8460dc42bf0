package operators_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestDelaySubscription(t *testing.T) {
	by10 := func(p publisher) publisher { return operators.DelaySubscription(p, 10*ms) }
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@15", by10},
		{"all", "1@0 2@3 |@20", "all@0", "1@10 2@13 |@30", by10},
		{"demand during the wait", "1@0 2@3 3@4 |@20", "1@3 1@4 1@40", "1@10 2@13 3@40 |@40", by10},
		{"an error", "1@0 !@3", "all@0", "1@10 !@13", by10},
		{"cancel during the wait", "1@0", "all@0 x@5", "", by10},
		{"cancel", "1@0 2@3", "all@0 x@12", "1@10", by10},
		{"the context ends during the wait", "1@0", "all@0 ctx@5", "!@5", by10},
		{"at once", "1@0 2@3 |@20", "all@0", "1@0 2@3 |@20", func(p publisher) publisher { return operators.DelaySubscription(p, 0) }},
	})
}

// TestDelaySubscriptionSubscribesOnce, when its time has come.
func TestDelaySubscriptionSubscribesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.DelaySubscription(up, 10*ms))
		p.Request(3)
		time.Sleep(10*ms - 1)
		synctest.Wait()
		require.Zero(t, up.Subscribed())
		time.Sleep(time.Nanosecond)
		synctest.Wait()
		require.Equal(t, 1, up.Subscribed())
		require.EqualValues(t, 3, up.Requested())
		up.Complete()
		p.WaitDone()
		require.Equal(t, 1, up.Subscribed())
	})
}

// TestDelaySubscriptionOfABranch: a Broadcast does not wait for a subscriber
// that has left during its wait.
func TestDelaySubscriptionOfABranch(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, ctx context.Context) {
		g, ctx := scheduler.NewGraph(ctx, "g")
		outs := operators.Broadcast(sources.Of(1, 2, 3), 2, 4)
		late := operators.TakeFor(operators.DelaySubscription(outs[0], time.Hour), ms)
		g.Go(func() error { return sinks.Discard(ctx, late) })
		var got []int
		g.Go(func() (err error) { got, err = sinks.Slice(ctx, outs[1]); return err })
		require.NoError(t, g.Wait())
		require.Equal(t, []int{1, 2, 3}, got)
	})
}
