package graphs

import (
	"flag"
	"fmt"
	"log/slog"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

var (
	first  = flag.Uint64("seed", 1, "the first `seed`")
	count  = flag.Int("graphs", graphsInTests, "how many graphs to draw")
	onOnly = flag.String("on", "", "run on the `scheduler` of that name only, or on one that the seed chooses: any")
	soak   = flag.Duration("soak", 0, "go on for this `long` instead")
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // late errors are provoked
	os.Exit(m.Run())
}

// TestRandomGraphs: the graph of each seed keeps the laws on every scheduler.
func TestRandomGraphs(t *testing.T) {
	var done, stages, elements atomic.Int64
	var next atomic.Uint64
	next.Store(*first)
	end := time.Now().Add(*soak)
	more := func(seed uint64) bool {
		if *soak > 0 {
			return time.Now().Before(end)
		}
		return seed < *first+uint64(*count)
	}
	var all sync.WaitGroup
	drawn := map[string]int{}
	var mu sync.Mutex
	for range runtime.GOMAXPROCS(0) {
		all.Go(func() {
			for seed := next.Add(1) - 1; more(seed) && !t.Failed(); seed = next.Add(1) - 1 {
				for on, s := range schedulers {
					if runsOn(seed, on, s.name) {
						n := verify(t, seed, on, *count == 1)
						stages.Add(int64(n.stages))
						elements.Add(int64(n.elements))
						done.Add(1)
						mu.Lock()
						for _, name := range n.drawn {
							drawn[name]++
						}
						mu.Unlock()
					}
				}
			}
		})
	}
	all.Wait()
	for _, name := range allTables[int]().names() {
		if drawn[name] == 0 && *count >= graphsInTests && *soak == 0 {
			t.Errorf("%s was not drawn once", name)
		}
	}
	t.Logf("seeds %d to %d: %d runs of graphs with %d stages and %d elements in all",
		*first, next.Load()-1-uint64(runtime.GOMAXPROCS(0)), done.Load(), stages.Load(), elements.Load())
}

// runsOn reports whether the graph of the seed runs on a scheduler.
func runsOn(seed uint64, on int, name string) bool {
	switch *onOnly {
	case "":
		return true
	case "any":
		return seed%uint64(len(schedulers)) == uint64(on)
	}
	return *onOnly == name
}

// watchHang ends the process with the graph's description if that hangs. A
// deadlock of the bubble is found at once; what spins, or waits on a lock, is
// not.
func watchHang(told func() string) (stop func() bool) {
	return time.AfterFunc(time.Minute, func() {
		panic(fmt.Sprintf("hangs: %s", told()))
	}).Stop
}
