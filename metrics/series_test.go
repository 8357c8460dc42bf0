package metrics

import (
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
)

func TestRestartKeepsCountersGoing(t *testing.T) {
	m := New(nil)
	const runs = 10_000
	var last int64
	for i := range runs {
		s := announce(m, "a")
		s.Workers.Store(1)
		s.In.Add(3)
		s.Errors[flow.UserError].Add(1)
		s.Lost[flow.Filtered].Add(2)
		s.Time().Add(flow.Busy, int64(time.Millisecond))
		s.Workers.Store(0)
		if i%97 == 0 {
			in := m.Snapshot()[0].In
			require.Greater(t, in, last)
			last = in
		}
	}
	all := m.Snapshot()
	require.Len(t, all, 1)
	require.EqualValues(t, 3*runs, all[0].In)
	require.EqualValues(t, runs, all[0].Errors[flow.UserError])
	require.EqualValues(t, 2*runs, all[0].Lost[flow.Filtered])
	require.Equal(t, runs*time.Millisecond, all[0].Busy)
	require.LessOrEqual(t, cap(m.stages[0].live), 8*minLive, "ended runs are not kept")
}

func TestLiveRunsAreNotFolded(t *testing.T) {
	m := New(nil)
	long := announce(m, "a")
	long.Workers.Store(1)
	for range 1000 {
		announce(m, "a").In.Add(1)
	}
	long.In.Add(7)
	require.EqualValues(t, 1007, m.Snapshot()[0].In)
	require.EqualValues(t, 1, m.Snapshot()[0].Workers)
}

// A run announces its stages before it counts them as alive, so a Stats without
// workers may be one that has yet to start.
func TestSlowStarterIsNotFolded(t *testing.T) {
	m := New(nil)
	all := make([]*flow.Stats, 2*minLive)
	for i := range all {
		all[i] = announce(m, "a")
	}
	for _, s := range all {
		s.Workers.Store(1)
		s.In.Add(1)
	}
	require.EqualValues(t, len(all), m.Snapshot()[0].In)
}

func TestManyLiveRunsThenFew(t *testing.T) {
	m := New(nil)
	all := make([]*flow.Stats, 1000)
	for i := range all {
		all[i] = announce(m, "a")
		all[i].Workers.Store(1)
		all[i].In.Add(1)
	}
	for _, s := range all {
		s.Workers.Store(0)
	}
	for range 2000 {
		announce(m, "a").Time().Add(flow.Idle, 1)
	}
	require.EqualValues(t, len(all), m.Snapshot()[0].In)
	require.LessOrEqual(t, cap(m.stages[0].live), 8*minLive)
}

func TestCapacityIsOfAllLiveSubscriptions(t *testing.T) {
	m := New(nil)
	info := flow.StageInfo{Stream: "s", Stage: "q", Capacity: 8}
	a, b := new(flow.Stats), new(flow.Stats)
	m.OnStage(info, a)
	m.OnStage(info, b)
	capacity := func() int64 { return m.stages[0].total().capacity }
	require.EqualValues(t, 8, capacity(), "nothing runs")
	a.Workers.Store(2)
	b.Workers.Store(1)
	require.EqualValues(t, 24, capacity())
	require.EqualValues(t, 8, m.Snapshot()[0].Capacity)
}

// A clock may be caught between two activities; what was shown stays.
func TestTimesNeverGoBack(t *testing.T) {
	m := New(nil)
	s := announce(m, "a")
	s.Time().Add(flow.Idle, 100)
	require.EqualValues(t, 100, m.Snapshot()[0].Idle)
	s.Time().Add(flow.Idle, -40)
	require.EqualValues(t, 100, m.Snapshot()[0].Idle)
	s.Time().Add(flow.Idle, 60)
	require.EqualValues(t, 120, m.Snapshot()[0].Idle)
}

func TestScrapeWhileWriting(t *testing.T) {
	reg := prometheus.NewPedanticRegistry()
	m := New(reg, WithMaxStages(3))
	const writers, rounds = 4, 200
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range rounds {
				s := announce(m, string(rune('a'+(w+i)%5)))
				s.Workers.Add(1)
				since := flow.Now()
				s.Time().Begin(flow.Idle, since)
				s.In.Add(1)
				s.Buffered.Add(1)
				m.OnUndeliverable("s", nil)
				s.Time().End(flow.Idle, since, flow.Now())
				s.Buffered.Add(-1)
				s.Workers.Add(-1)
			}
		})
	}
	done := make(chan struct{})
	var scraper sync.WaitGroup
	scraper.Go(func() {
		var last float64
		for open := true; open; {
			select {
			case <-done:
				open = false
			default:
			}
			families, err := reg.Gather()
			if err != nil {
				t.Error(err)
				return
			}
			var in float64
			for _, f := range families {
				if f.GetName() == "weir_stage_elements_total" {
					for _, s := range f.GetMetric() {
						in += s.GetCounter().GetValue()
					}
				}
			}
			if in < last {
				t.Errorf("a counter went from %v to %v", last, in)
			}
			last = in
		}
	})
	wg.Wait()
	close(done)
	scraper.Wait()

	var in int64
	for _, s := range m.Snapshot() {
		in += s.In
	}
	require.EqualValues(t, writers*rounds, in)
	require.EqualValues(t, writers*rounds, m.streams["s"].undeliverable)
}
