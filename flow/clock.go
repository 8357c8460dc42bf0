package flow

import (
	"sync"
	"time"
)

// Activity is what a stage does at a moment.
type Activity uint8

// The three activities. Their times add up to the stage's lifetime.
const (
	Idle          Activity = iota // waits for input, or upstream code runs
	Busy                          // its own code runs
	Backpressured                 // waits for demand, or downstream code runs
	activities    = iota
)

// Clock splits the lifetime of a stage into its activities. Where a stage is
// subscribed several times at once, their times add up.
type Clock struct {
	mu    sync.Mutex
	spent [activities]int64 // nanoseconds of spans that have ended
	open  [activities]int64 // spans that go on
	since [activities]int64 // sum of their starts, nanoseconds since base
}

var base = time.Now()

// Now returns the monotonic time in nanoseconds that the clocks count in.
func Now() int64 { return int64(time.Since(base)) }

// Add books d nanoseconds under a.
func (c *Clock) Add(a Activity, d int64) {
	c.mu.Lock()
	c.spent[a] += d
	c.mu.Unlock()
}

// Begin opens a span of a at the time now (as [Now] returns it). Until it is
// ended or dropped, it counts up to the present.
func (c *Clock) Begin(a Activity, now int64) {
	c.mu.Lock()
	c.open[a]++
	c.since[a] += now
	c.mu.Unlock()
}

// End books a span of a from since to now.
func (c *Clock) End(a Activity, since, now int64) {
	c.mu.Lock()
	c.open[a]--
	c.since[a] -= since
	c.spent[a] += now - since
	c.mu.Unlock()
}

// Replace drops a span of a that began at since, and books the times that were
// really spent in it.
func (c *Clock) Replace(a Activity, since int64, busy, backpressured, idle int64) {
	c.mu.Lock()
	c.open[a]--
	c.since[a] -= since
	c.spent[Busy] += busy
	c.spent[Backpressured] += backpressured
	c.spent[Idle] += idle
	c.mu.Unlock()
}

// Split returns the time spent so far, open spans included.
func (c *Clock) Split() (busy, backpressured, idle time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := Now()
	d := c.spent
	for a := range d {
		d[a] += c.open[a]*now - c.since[a]
	}
	return time.Duration(d[Busy]), time.Duration(d[Backpressured]), time.Duration(d[Idle])
}
