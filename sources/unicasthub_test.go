package sources_test

import (
	"context"
	"sync"
	"sync/atomic"
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

// TestUnicastHubStrategies: what TryEmit says, before the subscriber has come
// and after, and what that gets.
func TestUnicastHubStrategies(t *testing.T) {
	const (
		accepted  = sources.Accepted
		displaced = sources.Displaced
		dropped   = sources.Dropped
		full      = sources.Full
		closed    = sources.Closed
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
		{flow.Fail, 2, []sources.Emission{accepted, accepted, dropped, closed}, []int{0, 1}, flow.ErrOverflow},
		{flow.Block, 2, []sources.Emission{accepted, accepted, full, full}, []int{0, 1}, nil},
	} {
		for early := range 5 { // so many before the subscriber
			h := sources.NewUnicastHub[int](test.capacity, test.strategy, sources.WithName("it"))
			var p *flowtest.Probe[int]
			for i, want := range test.said {
				if i == early {
					p = flowtest.Subscribe(t, h)
				}
				require.Equal(t, want, h.TryEmit(i), "%v, TryEmit(%d), %d before", test.strategy, i, early)
			}
			h.Complete()
			require.False(t, h.Fail(errTest))
			require.Equal(t, closed, h.TryEmit(4))
			if p == nil {
				p = flowtest.Subscribe(t, h)
			}
			p.Request(flow.Unbounded)
			p.WaitDone()
			require.Equal(t, test.want, p.Values(), "%v, %d before", test.strategy, early)
			require.ErrorIs(t, p.Err(), test.err)
			if test.err != nil {
				require.EqualError(t, p.Err(), "it: flow: buffer full")
			}
			flowtest.Subscribe(t, h).ExpectError(flow.ErrAlreadySubscribed)
		}
	}
}

// TestUnicastHubWaits for room while its subscriber has yet to come, and for
// that of the subscriber; it is closed when that leaves.
func TestUnicastHubWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sources.NewUnicastHub[int](2, flow.Block)
		var said atomic.Int64
		var last sources.Emission
		var all sync.WaitGroup
		all.Go(func() {
			for i := 0; ; i++ {
				if last = h.Emit(t.Context(), i); last != sources.Accepted {
					return
				}
				said.Add(1)
			}
		})
		synctest.Wait()
		require.EqualValues(t, 2, said.Load())
		short, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		require.Equal(t, sources.Full, h.Emit(short, -1))
		p := flowtest.Subscribe(t, h)
		synctest.Wait()
		require.EqualValues(t, 2, said.Load())
		p.Request(3)
		p.ExpectNext(0, 1, 2)
		synctest.Wait()
		require.EqualValues(t, 5, said.Load())
		p.Cancel()
		all.Wait()
		require.Equal(t, sources.Closed, last)
		require.Equal(t, sources.Closed, h.TryEmit(9))
	})
}

// TestUnicastHubFails with the error behind what it holds, whenever the
// subscriber comes.
func TestUnicastHubFails(t *testing.T) {
	h := sources.NewUnicastHub[int](2, flow.Block)
	h.TryEmit(1)
	require.True(t, h.Fail(errTest))
	p := flowtest.Subscribe(t, h, flowtest.WithDemand(flow.Unbounded))
	p.ExpectNext(1)
	p.ExpectError(errTest)
}

// TestUnicastHubReleases what it loses, once: it need not be shared.
func TestUnicastHubReleases(t *testing.T) {
	h := sources.NewUnicastHub[*kept](2, flow.DropOldest)
	var all []*kept
	for range 5 {
		all = append(all, new(kept))
		h.TryEmit(all[len(all)-1])
	}
	p := flowtest.Subscribe(t, h)
	for range 2 {
		all = append(all, new(kept))
		h.TryEmit(all[len(all)-1])
	}
	p.Request(1)
	p.WaitCount(1)
	p.Cancel()
	require.Eventually(t, func() bool { return all[6].released.Load() == 1 }, 10*time.Second, time.Millisecond)
	for i, v := range all {
		want := int32(1)
		if i == 5 {
			want = 0 // it was delivered
		}
		require.Equal(t, want, v.released.Load(), i)
	}
	last := new(kept)
	require.Equal(t, sources.Closed, h.TryEmit(last))
	require.Zero(t, last.released.Load())
}

type kept struct{ released atomic.Int32 }

func (k *kept) Release(flow.Reason) { k.released.Add(1) }

// TestUnicastHubFromManyGoroutines: nothing is lost, whenever the subscriber
// comes, and the order of each goroutine stays.
func TestUnicastHubFromManyGoroutines(t *testing.T) {
	for on, s := range schedulers {
		h := sources.NewUnicastHub[int](3, flow.Block)
		var all sync.WaitGroup
		for k := range 4 {
			all.Go(func() {
				for i := range 200 {
					if r := h.Emit(t.Context(), 1000*k+i); r != sources.Accepted {
						t.Errorf("%v on %s", r, on)
					}
				}
			})
		}
		go func() {
			all.Wait()
			h.Complete()
		}()
		got, err := sinks.Slice(scheduler.With(t.Context(), s()), h)
		require.NoError(t, err)
		require.Len(t, got, 800)
		var next [4]int
		for _, v := range got {
			require.Equal(t, next[v/1000], v%1000, on)
			next[v/1000]++
		}
	}
}

func TestUnicastHubArguments(t *testing.T) {
	for text, f := range map[string]func(){
		"sources.NewUnicastHub: capacity 0, must be at least 1":  func() { sources.NewUnicastHub[int](0, flow.Block) },
		"sources.NewUnicastHub: unknown strategy 9":              func() { sources.NewUnicastHub[int](1, 9) },
		"sources.NewUnicastHub: capacity 2, flow.Latest keeps 1": func() { sources.NewUnicastHub[int](2, flow.Latest) },
		"sources.UnicastHub.Emit: nil Context":                   func() { sources.NewUnicastHub[int](1, flow.Block).Emit(nil, 1) }, //nolint:staticcheck // nil on purpose
	} {
		require.PanicsWithValue(t, text, f)
	}
}
