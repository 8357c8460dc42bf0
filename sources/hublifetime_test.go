package sources_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestStartAfter: nothing is taken before so many are there, whatever the
// strategy; afterwards one is enough.
func TestStartAfter(t *testing.T) {
	for _, strategy := range []flow.Overflow{flow.Block, flow.DropOldest, flow.DropIncoming, flow.Fail} {
		synctest.Test(t, func(t *testing.T) {
			h := sources.NewHub[int](4, strategy, sources.WithStartAfter(2))
			require.Equal(t, sources.Full, h.TryEmit(-1))
			a := flowtest.Subscribe(t, h, flowtest.WithDemand(flow.Unbounded))
			require.Equal(t, sources.Full, h.TryEmit(-1))
			short, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			require.Equal(t, sources.Full, h.Emit(short, -1))
			a.Cancel()
			synctest.Wait()

			var all sync.WaitGroup
			all.Go(func() {
				for i := range 3 {
					require.Equal(t, sources.Accepted, h.Emit(t.Context(), i))
				}
			})
			b := flowtest.Subscribe(t, h, flowtest.WithDemand(flow.Unbounded))
			synctest.Wait()
			require.Zero(t, b.Count(), "the first has left")
			c := flowtest.Subscribe(t, h.With(3, flow.DropOldest), flowtest.WithDemand(flow.Unbounded))
			all.Wait()
			b.ExpectNext(numbers(3)...)
			c.ExpectNext(numbers(3)...)
			b.Cancel()
			synctest.Wait()
			require.Equal(t, sources.Accepted, h.TryEmit(3))
			c.ExpectNext(3)
			h.Complete()
			c.ExpectComplete()
		})
	}
}

// TestStartAfterEnds: a hub may end before it has started.
func TestStartAfterEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sources.NewReplayHub[int](2, 4, flow.Block, sources.WithStartAfter(2))
		a := flowtest.Subscribe(t, h, flowtest.WithDemand(flow.Unbounded))
		var said sources.Emission
		var all sync.WaitGroup
		all.Go(func() { said = h.Emit(t.Context(), 1) })
		synctest.Wait()
		require.True(t, h.Fail(errTest))
		all.Wait()
		require.Equal(t, sources.Closed, said)
		a.ExpectError(errTest)
		flowtest.Subscribe(t, h).ExpectError(errTest)
	})
}

// TestStartAfterLosesNothing on any scheduler, whoever comes first.
func TestStartAfterLosesNothing(t *testing.T) {
	for on, s := range schedulers {
		h := sources.NewHub[int](2, flow.Block, sources.WithStartAfter(3))
		g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
		var got [3][]int
		for i := range got {
			g.Go(func() (err error) { got[i], err = sinks.Slice(ctx, h); return err })
		}
		var all sync.WaitGroup
		all.Go(func() {
			defer h.Complete()
			for i := range 100 {
				if !h.Emit(t.Context(), i).Accepted() {
					t.Errorf("%d was not accepted on %s", i, on)
				}
			}
		})
		require.NoError(t, g.Wait())
		all.Wait()
		for i := range got {
			require.Equal(t, numbers(100), got[i], "%d on %s", i, on)
		}
	}
}

// TestMaxAge: who comes in the very moment still gets an element, who comes
// later does not, also after the end.
func TestMaxAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sources.NewReplayHub[int](3, 4, flow.Block, sources.WithMaxAge(10*time.Second))
		late := func(want ...int) {
			t.Helper()
			p := flowtest.Subscribe(t, h, flowtest.WithDemand(flow.Unbounded))
			synctest.Wait()
			require.ElementsMatch(t, want, p.Values())
			p.Cancel()
			synctest.Wait()
		}
		for i := range 4 { // at 0, 1, 2, 3 s
			require.Equal(t, sources.Unheard, h.TryEmit(i))
			time.Sleep(time.Second)
		}
		late(1, 2, 3)
		time.Sleep(7*time.Second - 1)
		late(1, 2, 3) // 1 ns before
		time.Sleep(time.Nanosecond)
		late(1, 2, 3) // at 11 s
		time.Sleep(time.Nanosecond)
		late(2, 3)
		require.Equal(t, sources.Unheard, h.TryEmit(4))
		late(2, 3, 4)
		time.Sleep(10*time.Second - 1)
		h.Complete()
		late(4)
		time.Sleep(time.Nanosecond)
		late(4)
		time.Sleep(time.Nanosecond)
		late()
		flowtest.Subscribe(t, h, flowtest.WithDemand(1)).ExpectComplete()
	})
}

func TestHubLifetimeArguments(t *testing.T) {
	for text, f := range map[string]func(){
		"sources.WithMaxAge: time 0s, must be positive":              func() { sources.WithMaxAge(0) },
		"sources.WithMaxAge: time -1s, must be positive":             func() { sources.WithMaxAge(-time.Second) },
		"sources.WithStartAfter: 0 subscribers, must be at least 1":  func() { sources.WithStartAfter(0) },
		"sources.WithStartAfter: -1 subscribers, must be at least 1": func() { sources.WithStartAfter(-1) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
