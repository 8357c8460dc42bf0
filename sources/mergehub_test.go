package sources_test

import (
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// from emits 50 numbers.
func from(first int) flow.Publisher[int] {
	all := numbers(50)
	for i := range all {
		all[i] += first
	}
	return sources.Of(all...)
}

// TestMergeHub: publishers are added before and while it runs, by many; each
// one's elements are all there, in order.
func TestMergeHub(t *testing.T) {
	for on, s := range schedulers {
		h := sources.NewMergeHub[int](3)
		require.True(t, h.Add(from(0)))
		var all sync.WaitGroup
		for p := 1; p < 6; p++ {
			all.Go(func() {
				for k := range 4 {
					if !h.Add(from(p*1000 + k*50)) {
						t.Error("it is open")
					}
				}
			})
		}
		got := make(chan []int)
		go func() {
			vs, err := sinks.Slice(scheduler.With(t.Context(), s()), h)
			if err != nil {
				t.Error(err)
			}
			got <- vs
		}()
		all.Wait()
		h.Close()
		require.False(t, h.Add(sources.Of(1)))
		vs := <-got
		require.Len(t, vs, 50+5*4*50, "on %s", on)
		last := map[int]int{}
		for _, v := range vs {
			if before, ok := last[v/50]; ok {
				require.Equal(t, before+1, v)
			}
			last[v/50] = v
		}
		require.False(t, h.Add(sources.Of(1)))
	}
}

// TestMergeHubIsFair: without demand each holds as much as it may, and each has
// its turn.
func TestMergeHubIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := sources.NewMergeHub[int](2)
		a, b := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, h)
		h.Add(a)
		h.Add(b)
		synctest.Wait()
		require.EqualValues(t, 2, a.Requested())
		a.Next(1, 2)
		b.Next(11, 12)
		synctest.Wait()
		require.Zero(t, p.Count())
		seen := map[bool]int{}
		for range 2 {
			p.Request(1)
			synctest.Wait()
			v := p.Values()
			seen[v[len(v)-1] > 10]++
		}
		require.Equal(t, map[bool]int{true: 1, false: 1}, seen)
		p.Cancel()
		synctest.Wait()
		require.Equal(t, 1, a.Cancelled())
		require.Equal(t, 1, b.Cancelled())
		require.False(t, h.Add(sources.Of(1)))
	})
}

// TestMergeHubFails with the first error.
func TestMergeHubFails(t *testing.T) {
	h := sources.NewMergeHub[int](2)
	h.Add(sources.Never[int]())
	h.Add(sources.Error[int](errTest))
	_, err := sinks.Slice(t.Context(), h)
	require.ErrorIs(t, err, errTest)
	require.False(t, h.Add(sources.Of(1)))
	_, err = sinks.Slice(t.Context(), h)
	require.ErrorIs(t, err, flow.ErrAlreadySubscribed)
}

func TestMergeHubArguments(t *testing.T) {
	require.PanicsWithValue(t, "sources.NewMergeHub: capacity 0, must be at least 1", func() { sources.NewMergeHub[int](0) })
	require.PanicsWithValue(t, "sources.MergeHub.Add: nil publisher", func() { sources.NewMergeHub[int](1).Add(nil) })
}
