package flow

import (
	"sync/atomic"
	"time"
)

// Activity is what a stage does at a moment.
type Activity uint32

// The three activities. Their times add up to the stage's lifetime.
const (
	Idle          Activity = iota // waits for input, or upstream code runs
	Busy                          // its own code runs
	Backpressured                 // waits for demand, or downstream code runs
	activities    = iota
)

// Clock splits the lifetime of a stage into its activities. One goroutine
// writes it; any may read.
type Clock struct {
	spent [activities]atomic.Int64 // nanoseconds, up to since
	state atomic.Uint32            // Activity + 1 while time runs; 0 when stopped
	since atomic.Int64             // start of the present wait, nanoseconds since base
}

var base = time.Now()

// Now returns the monotonic time in nanoseconds that the clocks count in.
func Now() int64 { return int64(time.Since(base)) }

// Add books d nanoseconds under a.
func (c *Clock) Add(a Activity, d int64) {
	if d != 0 {
		c.spent[a].Add(d)
	}
}

// Wait says that from now (as [Now] returns it) on the stage is in a, until
// the next Wait or Stop.
func (c *Clock) Wait(a Activity, now int64) {
	c.Stop(now)
	c.since.Store(now)
	c.state.Store(uint32(a) + 1)
}

// Stop books the present wait, if there is one, up to now.
func (c *Clock) Stop(now int64) {
	if s := c.state.Swap(0); s != 0 {
		c.spent[s-1].Add(now - c.since.Load())
	}
}

// Split returns the time booked so far, the present wait included.
func (c *Clock) Split() (busy, backpressured, idle time.Duration) {
	var d [activities]int64
	for i := range d {
		d[i] = c.spent[i].Load()
	}
	if s := c.state.Load(); s != 0 {
		d[s-1] += max(0, Now()-c.since.Load())
	}
	return time.Duration(d[Busy]), time.Duration(d[Backpressured]), time.Duration(d[Idle])
}
