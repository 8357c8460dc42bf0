package main

import (
	"errors"
	"runtime"
	"slices"
	"strings"
	"testing"
)

func TestMedian(t *testing.T) {
	for _, c := range []struct {
		of   []float64
		want float64
	}{
		{[]float64{4}, 4},
		{[]float64{3, 1}, 2},
		{[]float64{9, 1, 5}, 5},
		{[]float64{9, 1, 5, 4}, 4.5},
	} {
		given := slices.Clone(c.of)
		if got := median(given); got != c.want {
			t.Errorf("median(%v) = %v, want %v", c.of, got, c.want)
		}
		if !slices.Equal(given, c.of) {
			t.Errorf("median changed %v to %v", c.of, given)
		}
	}
}

// script is a contestant whose costs are known. It writes its name to turns.
func script(turns *[]string, name string, role Role, costs ...float64) Contestant {
	return Contestant{name, role, func(n int) (Sample, error) {
		*turns = append(*turns, name)
		if n < 100 {
			return Sample{Value: int64(n), Cost: 1e9}, nil // the warm-up does not count
		}
		cost := costs[0]
		costs = costs[1:]
		return Sample{Value: int64(n), Cost: cost, Allocs: cost / 2, Goroutines: 1}, nil
	}}
}

func scripted(by ...Contestant) Workload {
	return Workload{Name: "W", N: 100, Want: func(n int) int64 { return int64(n) }, By: by}
}

func TestMeasureTakesTurns(t *testing.T) {
	var turns []string
	w := scripted(
		script(&turns, "weir", Ours, 8, 100, 6),
		script(&turns, "loop", Limit, 4, 20, 1),
		script(&turns, "peer", Library, 12, 12, 12),
	)
	w.Must = []Target{{Ratio, 2}}
	got, err := w.measure(100, 3)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Repeat("weir loop peer ", 4); strings.Join(turns, " ")+" " != want {
		t.Errorf("turns were %v, want %s", turns, want)
	}
	if len(got) != 2 {
		t.Fatalf("%d results, want one for weir and one for peer: %+v", len(got), got)
	}
	weir, peer := got[0], got[1]
	if weir.Cost != 8 || weir.Limit != 4 || weir.Ratio != 5 || weir.Allocs != 4 || weir.Goroutines != 1 {
		t.Errorf("weir is %+v, want medians 8 and 4, and 5 of the ratios 2, 5 and 6", weir)
	}
	if !slices.Equal(weir.Costs, []float64{8, 100, 6}) || !slices.Equal(weir.Limits, []float64{4, 20, 1}) {
		t.Errorf("costs %v and limits %v are not in the order of measurement", weir.Costs, weir.Limits)
	}
	if peer.Ratio != 3 || len(peer.Must) != 0 || weir.Unit != nanosecondsPerElement {
		t.Errorf("peer is %+v, want a ratio of 3 and no target", peer)
	}
}

func TestMeasureComparesTails(t *testing.T) {
	tails := func(name string, role Role, tails ...float64) Contestant {
		tails = append([]float64{1e9}, tails...) // the warm-up's
		return Contestant{name, role, func(n int) (Sample, error) {
			tail := tails[0]
			tails = tails[1:]
			return Sample{Value: int64(n), Cost: 1, Tail: tail}, nil
		}}
	}
	got, err := scripted(tails("weir", Ours, 8, 100, 6), tails("loop", Limit, 4, 20, 1)).measure(100, 3)
	if err != nil || got[0].Tail != 8 || got[0].LimitTail != 4 || got[0].TailRatio != 5 {
		t.Errorf("got %+v, %v, want medians 8 and 4, and 5 of the ratios 2, 5 and 6", got, err)
	}
}

func TestPercentile(t *testing.T) {
	times := make([]int64, 1000)
	for i := range times {
		times[i] = int64(i)
	}
	if p50, p99 := percentile(times, 50), percentile(times, 99); p50 != 499 || p99 != 989 {
		t.Errorf("percentiles are %v and %v", p50, p99)
	}
	if got := percentile(times[7:8], 99); got != 7 {
		t.Errorf("percentile of one is %v", got)
	}
	if got := percentile(nil, 99); got != 0 {
		t.Errorf("percentile of none is %v", got)
	}
}

func TestMeasureWithoutLimit(t *testing.T) {
	var turns []string
	got, err := scripted(script(&turns, "weir", Ours, 8)).measure(100, 1)
	if err != nil || len(got) != 1 || got[0].Limit != 0 || got[0].Ratio != 0 {
		t.Errorf("got %+v, %v, want neither limit nor ratio", got, err)
	}
}

func TestMeasureChecksEachValue(t *testing.T) {
	boom := errors.New("boom")
	for name, c := range map[string]struct {
		run  Runner
		want string
	}{
		"warm-up": {timed(func(int) (int64, error) { return 7, nil }), "bad: WRONG VALUE 7 for n=10, want 10"},
		"later": {timed(func(n int) (int64, error) { return min(int64(n), 99), nil }),
			"bad: WRONG VALUE 99 for n=100, want 100"},
		"error": {timed(func(int) (int64, error) { return 0, boom }), "bad: boom"},
		"hold":  {held(func(int) (func() (int64, error), error) { return nil, boom }), "bad: boom"},
	} {
		_, err := scripted(Contestant{"bad", Ours, c.run}).measure(100, 1)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s: error is %v, want %s", name, err, c.want)
		}
	}
}

var escaped [][]byte

func TestTimedCountsPerElement(t *testing.T) {
	s, err := timed(func(n int) (int64, error) {
		escaped = make([][]byte, n)
		for i := range escaped {
			escaped[i] = make([]byte, 32)
		}
		return int64(n), nil
	})(10_000)
	if err != nil || s.Value != 10_000 || s.Cost <= 0 || s.Allocs < 1 || s.Allocs > 1.5 {
		t.Errorf("sample is %+v, %v, want about one allocation per element", s, err)
	}
	escaped = nil
}

func TestHeldSeesWhatIsAlive(t *testing.T) {
	s, err := held(func(n int) (func() (int64, error), error) {
		stop := make(chan struct{})
		for range 3 {
			go func() { <-stop }()
		}
		alive := make([][]byte, n)
		for i := range alive {
			alive[i] = make([]byte, 1024)
			escaped = append(escaped[:0], make([]byte, 4096)) // not alive
		}
		return func() (int64, error) {
			close(stop)
			runtime.KeepAlive(alive)
			return int64(len(alive)), nil
		}, nil
	})(10_000)
	if err != nil || s.Value != 10_000 || s.Goroutines != 3 || s.Cost < 1024 || s.Cost > 1200 {
		t.Errorf("sample is %+v, %v, want about 1048 bytes each and 3 goroutines", s, err)
	}
	escaped = nil
}

func TestHeldMissesNoGoroutine(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	_, err := held(func(int) (func() (int64, error), error) {
		go func() { <-stop }()
		return func() (int64, error) { return 0, nil }, nil
	})(1)
	if err == nil || err.Error() != "1 goroutines were left behind" {
		t.Errorf("error is %v, want that a goroutine was left behind", err)
	}
}
