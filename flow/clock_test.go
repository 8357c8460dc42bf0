package flow_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
)

func requireSplit(t *testing.T, c *flow.Clock, busy, backpressured, idle time.Duration) {
	t.Helper()
	b, p, i := c.Split()
	require.Equal(t, [3]time.Duration{busy, backpressured, idle}, [3]time.Duration{b, p, i}, "busy, backpressured, idle")
}

func TestClockAdds(t *testing.T) {
	var c flow.Clock
	requireSplit(t, &c, 0, 0, 0)
	c.Add(flow.Busy, 3)
	c.Add(flow.Busy, 4)
	c.Add(flow.Backpressured, 5)
	c.Add(flow.Idle, 6)
	requireSplit(t, &c, 7, 5, 6)
}

func TestClockCountsAnOpenSpan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c flow.Clock
		start := flow.Now()
		c.Begin(flow.Idle, start)
		requireSplit(t, &c, 0, 0, 0)
		time.Sleep(time.Second)
		requireSplit(t, &c, 0, 0, time.Second)
		time.Sleep(time.Second)
		c.End(flow.Idle, start, flow.Now())
		time.Sleep(time.Second)
		requireSplit(t, &c, 0, 0, 2*time.Second)
	})
}

func TestClockReplacesASpan(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c flow.Clock
		start := flow.Now()
		c.Begin(flow.Busy, start)
		time.Sleep(10 * time.Second)
		c.Replace(flow.Busy, start, int64(5*time.Second), int64(3*time.Second), int64(2*time.Second))
		requireSplit(t, &c, 5*time.Second, 3*time.Second, 2*time.Second)
		time.Sleep(time.Second)
		requireSplit(t, &c, 5*time.Second, 3*time.Second, 2*time.Second)
	})
}

// TestClockOfSeveralSubscriptions: their times add up.
func TestClockOfSeveralSubscriptions(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var c flow.Clock
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				for _, a := range []flow.Activity{flow.Idle, flow.Busy, flow.Backpressured, flow.Busy} {
					start := flow.Now()
					c.Begin(a, start)
					time.Sleep(time.Duration(n+1) * time.Second)
					c.End(a, start, flow.Now())
				}
			})
		}
		synctest.Wait()
		time.Sleep(1500 * time.Millisecond) // the first is busy, the others idle
		requireSplit(t, &c, 500*time.Millisecond, 0, 5500*time.Millisecond)
		all.Wait()
		requireSplit(t, &c, 20*time.Second, 10*time.Second, 10*time.Second)
	})
}
