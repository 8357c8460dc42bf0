package sources_test

import (
	"context"
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

// TestHubStrategies: what TryEmit says, and what a subscriber without demand
// gets later.
func TestHubStrategies(t *testing.T) {
	const (
		accepted  = sources.Accepted
		displaced = sources.Displaced
		dropped   = sources.Dropped
		full      = sources.Full
		unheard   = sources.Unheard
	)
	for _, test := range []struct {
		strategy flow.Overflow
		capacity int
		said     []sources.Emission // of 0, 1, 2, 3
		want     []int
		err      error
	}{
		{flow.DropOldest, 2, []sources.Emission{accepted, accepted, displaced, displaced}, []int{2, 3}, nil},
		{flow.DropIncoming, 2, []sources.Emission{accepted, accepted, dropped, dropped}, []int{0, 1}, nil},
		{flow.Latest, 1, []sources.Emission{accepted, displaced, displaced, displaced}, []int{3}, nil},
		{flow.Fail, 2, []sources.Emission{accepted, accepted, dropped, unheard}, []int{0, 1}, flow.ErrOverflow},
		{flow.Block, 2, []sources.Emission{accepted, accepted, full, full}, []int{0, 1}, nil},
	} {
		t.Run(test.strategy.String(), func(t *testing.T) {
			h := sources.NewHub[int](test.capacity, test.strategy)
			require.Equal(t, unheard, h.TryEmit(-1))
			p := flowtest.Subscribe(t, h)
			for i, want := range test.said {
				require.Equal(t, want, h.TryEmit(i), "TryEmit(%d)", i)
			}
			h.Complete()
			require.False(t, h.Fail(errTest))
			require.Equal(t, sources.Closed, h.TryEmit(4))
			p.Request(flow.Unbounded)
			p.WaitDone()
			require.Equal(t, test.want, p.Values())
			require.ErrorIs(t, p.Err(), test.err)
			flowtest.Subscribe(t, h).ExpectComplete()
		})
	}
}

// TestHubSubscribersDoNotTouchEachOther: each has its own queue and strategy.
func TestHubSubscribersDoNotTouchEachOther(t *testing.T) {
	h := sources.NewHub[int](1, flow.DropIncoming)
	slow := flowtest.Subscribe(t, h)
	fast := flowtest.Subscribe(t, h.With(100, flow.Block), flowtest.WithDemand(flow.Unbounded))
	newest := flowtest.Subscribe(t, h.With(1, flow.Latest))
	evicted := flowtest.Subscribe(t, h.With(3, flow.Fail))
	require.Equal(t, 4, h.Subscribers())
	require.Equal(t, sources.Accepted, h.TryEmit(0))
	for i := 1; i < 10; i++ {
		require.Equal(t, sources.Partial, h.TryEmit(i))
	}
	require.Equal(t, 3, h.Subscribers())
	fast.WaitCount(10)
	require.Equal(t, numbers(10), fast.Values())
	slow.Request(10)
	slow.ExpectNext(0)
	newest.Request(10)
	newest.ExpectNext(9)
	evicted.Request(10)
	evicted.ExpectNext(numbers(3)...)
	evicted.ExpectError(flow.ErrOverflow)
	slow.Cancel()
	newest.Cancel()
	require.Equal(t, 1, h.Subscribers())
	require.True(t, h.Fail(errTest))
	fast.ExpectNext(numbers(10)...)
	fast.ExpectError(errTest)
}

// TestHubBlocks: the slowest governs, until it leaves; a context ends the wait.
func TestHubBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sources.NewHub[int](2, flow.Block)
		fast := flowtest.Subscribe(t, h, flowtest.WithDemand(flow.Unbounded))
		slow := flowtest.Subscribe(t, h)
		emitted, result := 0, sources.Accepted
		go func() {
			for ; emitted < 100 && result == sources.Accepted; emitted++ {
				result = h.Emit(t.Context(), emitted)
			}
		}()
		for n := range 10 {
			synctest.Wait()
			require.Equal(t, numbers(n+2), fast.Values())
			require.Equal(t, n+2, emitted)
			slow.Request(1)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		synctest.Wait()
		start := time.Now()
		require.Equal(t, sources.Full, h.Emit(ctx, -1))
		require.Equal(t, time.Second, time.Since(start))
		require.Equal(t, sources.Full, h.Emit(ctx, -1), "its context has ended before")
		slow.Cancel()
		synctest.Wait()
		h.Complete()
		fast.ExpectNext(numbers(100)...)
		fast.ExpectComplete()
	})
}

// TestHubWakesWhoWaitsAtItsEnd.
func TestHubWakesWhoWaitsAtItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sources.NewHub[int](1, flow.Block)
		p := flowtest.Subscribe(t, h)
		require.Equal(t, sources.Accepted, h.TryEmit(0))
		said := make(chan sources.Emission)
		go func() { said <- h.Emit(t.Context(), 1) }()
		synctest.Wait()
		h.Complete()
		require.Equal(t, sources.Closed, <-said)
		p.Request(1)
		p.ExpectNext(0)
		p.ExpectComplete()
	})
}

// TestReplayHub: late subscribers get the last elements, also after the end,
// and however small their queue is.
func TestReplayHub(t *testing.T) {
	for on, s := range schedulers {
		h := sources.NewReplayHub[int](3, 1, flow.Block)
		for i := range 10 {
			require.Equal(t, sources.Unheard, h.TryEmit(i))
		}
		p := flowtest.Subscribe(t, h)
		require.Equal(t, sources.Full, h.TryEmit(10), "what is kept has filled the queue")
		p.Request(4)
		p.WaitCount(3)
		require.Equal(t, sources.Accepted, h.Emit(t.Context(), 10))
		p.WaitCount(4)
		h.Complete()
		p.ExpectNext(7, 8, 9, 10)
		p.ExpectComplete()
		got, err := sinks.Slice(scheduler.With(t.Context(), s()), h)
		require.NoError(t, err)
		require.Equal(t, []int{8, 9, 10}, got, "on %s", on)
	}
	h := sources.NewReplayHub[int](2, 4, flow.DropOldest)
	h.TryEmit(1)
	h.Fail(errTest)
	got, err := sinks.Slice(t.Context(), h)
	require.ErrorIs(t, err, errTest)
	require.Equal(t, []int{1}, got)
}

// TestStateHub: the value is there at any time; after the end there is only
// that.
func TestStateHub(t *testing.T) {
	h := sources.NewStateHub(7, 1, flow.Latest)
	require.Equal(t, 7, h.Value())
	a := flowtest.Subscribe(t, h, flowtest.WithDemand(flow.Unbounded))
	a.WaitCount(1)
	idle := flowtest.Subscribe(t, h)
	require.Equal(t, sources.Displaced, h.TryEmit(8))
	require.Equal(t, 8, h.Value())
	a.WaitCount(2)
	a.ExpectNext(7, 8)
	idle.Request(5)
	idle.ExpectNext(8)
	b := flowtest.Subscribe(t, h, flowtest.WithDemand(flow.Unbounded))
	b.ExpectNext(8)
	h.Complete()
	a.ExpectComplete()
	b.ExpectComplete()
	require.Equal(t, 8, h.Value())
	late := flowtest.Subscribe(t, h, flowtest.WithDemand(flow.Unbounded))
	late.ExpectComplete()
	require.Zero(t, late.Count())
}

// TestHubEndsWithTheContextOfTheSubscriber, which alone leaves.
func TestHubEndsWithTheContextOfTheSubscriber(t *testing.T) {
	for on, s := range schedulers {
		synctest.Test(t, func(t *testing.T) {
			h := sources.NewHub[int](4, flow.Block)
			ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
			stays := flowtest.Subscribe(t, h, flowtest.WithDemand(flow.Unbounded))
			ended := make(chan error)
			go func() {
				_, err := sinks.Slice(ctx, h)
				ended <- err
			}()
			synctest.Wait()
			require.Equal(t, 2, h.Subscribers(), "on %s", on)
			cancel(errTest)
			require.ErrorIs(t, <-ended, errTest)
			require.Equal(t, 1, h.Subscribers())
			require.Equal(t, sources.Accepted, h.TryEmit(1))
			stays.ExpectNext(1)
			stays.Cancel()
			_, err := sinks.Slice(ctx, h)
			require.ErrorIs(t, err, errTest, "it had ended before")
			require.Zero(t, h.Subscribers())
		})
	}
}

// TestHubDrains: what is held for the subscriber is emitted, and no more.
func TestHubDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sources.NewHub[int](10, flow.Block)
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		var got []int
		g.Go(func() error {
			return sinks.ForEach(ctx, h, func(_ context.Context, v int) error {
				time.Sleep(time.Second)
				got = append(got, v)
				return nil
			})
		})
		synctest.Wait()
		for i := range 5 {
			require.Equal(t, sources.Accepted, h.TryEmit(i))
		}
		synctest.Wait()
		_, err := g.Drain(t.Context())
		require.NoError(t, err)
		require.Equal(t, numbers(5), got)
		require.Equal(t, sources.Unheard, h.TryEmit(5))
	})
}

func TestHubArguments(t *testing.T) {
	for text, f := range map[string]func(){
		"sources.NewHub: capacity 0, must be at least 1":                                                           func() { sources.NewHub[int](0, flow.Block) },
		"sources.NewHub: unknown strategy 0":                                                                       func() { sources.NewHub[int](1, 0) },
		"sources.NewHub: capacity 2, flow.Latest keeps 1":                                                          func() { sources.NewHub[int](2, flow.Latest) },
		"sources.Hub.With: capacity -1, must be at least 1":                                                        func() { sources.NewHub[int](1, flow.Block).With(-1, flow.Block) },
		"sources.NewReplayHub: 0 elements to keep, must be at least 1":                                             func() { sources.NewReplayHub[int](0, 1, flow.Block) },
		"sources.NewReplayHub: capacity 0, must be at least 1":                                                     func() { sources.NewReplayHub[int](1, 0, flow.Block) },
		"sources.NewStateHub: capacity 0, must be at least 1":                                                      func() { sources.NewStateHub(1, 0, flow.Block) },
		"sources.Hub.Emit: nil Context":                                                                            func() { sources.NewHub[int](1, flow.Block).Emit(nil, 1) }, //nolint:staticcheck // nil on purpose
		"sources.NewHub: elements of type *sources_test.ticket have Release but no Fork, so they cannot be shared": func() { sources.NewHub[*ticket](1, flow.Block) },
		"sources.NewReplayHub: elements of type *flowtest.Token have Release, so they cannot be kept": func() {
			sources.NewReplayHub[*flowtest.Token](1, 1, flow.Block)
		},
		"sources.NewReplayHub: an element has Release, so it cannot be kept": func() {
			sources.NewReplayHub[any](1, 1, flow.Block).TryEmit(new(flowtest.Token))
		},
	} {
		require.PanicsWithValue(t, text, f)
	}
	require.Equal(t, "full", sources.Full.String())
	require.Equal(t, "partial", sources.Partial.String())
	require.Equal(t, "unheard", sources.Unheard.String())
	require.False(t, sources.Partial.Accepted())
}
