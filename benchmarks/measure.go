package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"
)

// timed measures the time and the allocations of run.
func timed(run func(n int) (int64, error)) Runner {
	return func(n int) (Sample, error) {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		start := time.Now()
		value, err := run(n)
		took := time.Since(start)
		runtime.ReadMemStats(&after)
		return Sample{
			Value:  value,
			Cost:   float64(took.Nanoseconds()) / float64(n),
			Allocs: float64(after.Mallocs-before.Mallocs) / float64(n),
		}, err
	}
}

// held measures the live heap and the goroutines of what hold sets up. It
// costs bytes. The value is that of release, which ends what hold has begun
// and must leave no goroutine behind.
func held(hold func(n int) (release func() (int64, error), err error)) Runner {
	return func(n int) (Sample, error) {
		var before, during runtime.MemStats
		idle := settled()
		collect()
		runtime.ReadMemStats(&before)
		release, err := hold(n)
		if err != nil {
			return Sample{}, err
		}
		goroutines := settled() - idle
		collect()
		runtime.ReadMemStats(&during)
		value, err := release()
		if left := settled() - idle; err == nil && left > 0 {
			err = fmt.Errorf("%d goroutines were left behind", left)
		}
		return Sample{
			Value:      value,
			Cost:       (float64(during.HeapAlloc) - float64(before.HeapAlloc)) / float64(n),
			Allocs:     float64(during.Mallocs-before.Mallocs) / float64(n),
			Goroutines: float64(goroutines),
		}, err
	}
}

// collect leaves only what is alive: a pool gives up its content at the
// second collection.
func collect() {
	runtime.GC()
	runtime.GC()
}

// settled returns the number of goroutines once it has not changed for 50 ms,
// or after 2 s.
func settled() int {
	const still, limit, step = 50 * time.Millisecond, 2 * time.Second, time.Millisecond
	n := runtime.NumGoroutine()
	start := time.Now()
	for since := start; time.Since(since) < still && time.Since(start) < limit; time.Sleep(step) {
		if now := runtime.NumGoroutine(); now != n {
			n, since = now, time.Now()
		}
	}
	return n
}

// measure lets the contestants take turns, so that what disturbs the machine
// disturbs all of them. It returns a result for each one but the limit.
func (w Workload) measure(n, repetitions int) ([]Result, error) {
	for _, c := range w.By {
		if _, err := w.once(c, max(1, n/10)); err != nil {
			return nil, err
		}
	}
	peers := w.turns(n)
	samples := make([][]Sample, len(w.By))
	for range repetitions {
		for i, c := range w.By {
			s, err := w.once(c, n)
			if err != nil {
				return nil, err
			}
			samples[i] = append(samples[i], s)
		}
		for _, t := range peers {
			t.once(w, t.n, patience)
		}
	}
	return w.beside(w.results(n, samples), peers), nil
}

// once runs c and checks its value.
func (w Workload) once(c Contestant, n int) (Sample, error) {
	s, err := c.Run(n)
	if err != nil {
		return s, fmt.Errorf("%s: %w", c.Name, err)
	}
	if want := w.Want(n); s.Value != want {
		return s, fmt.Errorf("%s: WRONG VALUE %d for n=%d, want %d", c.Name, s.Value, n, want)
	}
	return s, nil
}

// results condenses the samples, which are in the order of w.By.
func (w Workload) results(n int, samples [][]Sample) (out []Result) {
	var limits, limitTails []float64
	for i, c := range w.By {
		if c.Role == Limit {
			limits = column(samples[i], func(s Sample) float64 { return s.Cost })
			limitTails = column(samples[i], func(s Sample) float64 { return s.Tail })
		}
	}
	for i, c := range w.By {
		if c.Role == Limit {
			continue
		}
		r := Result{
			Workload:   w.Name,
			Contestant: c.Name,
			Role:       c.Role,
			Unit:       w.unit(),
			N:          n,
			Costs:      column(samples[i], func(s Sample) float64 { return s.Cost }),
			Limits:     limits,
			Allocs:     median(column(samples[i], func(s Sample) float64 { return s.Allocs })),
			Goroutines: median(column(samples[i], func(s Sample) float64 { return s.Goroutines })),
		}
		tails := column(samples[i], func(s Sample) float64 { return s.Tail })
		r.Cost, r.Tail = median(r.Costs), median(tails)
		if limits != nil {
			r.LimitName = w.limitName()
			r.Limit, r.LimitTail = median(limits), median(limitTails)
			r.Ratio = median(paired(r.Costs, limits))
		}
		if r.LimitTail != 0 {
			r.TailRatio = median(paired(tails, limitTails))
		}
		if c.Role == Ours {
			r.Must = w.Must
		}
		out = append(out, r)
	}
	return out
}

// beside adds the peers' results to those of a pass, and what ours costs of
// the fastest library's.
func (w Workload) beside(pass []Result, peers []*turn) []Result {
	for _, t := range peers {
		pass = append(pass, t.result(w, pass[0].Limits))
	}
	if best, ok := fastest(pass); ok {
		for i := range pass {
			if pass[i].Role == Ours {
				pass[i].FastestPeer, pass[i].PeerRatio = best.Contestant, pass[i].Cost/best.Cost
			}
		}
	}
	return pass
}

// paired divides each cost by the limit that was measured beside it. What
// disturbed both of a pair cancels out.
func paired(costs, limits []float64) []float64 {
	out := make([]float64, len(costs))
	for i, c := range costs {
		out[i] = c / limits[i]
	}
	return out
}

func column(samples []Sample, of func(Sample) float64) []float64 {
	out := make([]float64, len(samples))
	for i, s := range samples {
		out[i] = of(s)
	}
	return out
}

// median returns the middle of vs, or the mean of the two in the middle, and
// leaves vs as it is. vs must not be empty.
func median(vs []float64) float64 {
	vs = slices.Sorted(slices.Values(vs))
	mid := len(vs) / 2
	if len(vs)%2 == 0 {
		return (vs[mid-1] + vs[mid]) / 2
	}
	return vs[mid]
}
