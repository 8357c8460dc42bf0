package scheduler

import (
	"slices"
	"sync"
)

// driver is the goroutine that makes the choices of a [Seeded] scheduler. There
// is one at a time: who waits for an island while it rests is another
// goroutine, such as one that drains a graph, and only waits; who does so while
// it does not rest is a function that it calls, and drives on its behalf.
type driver struct {
	mu     sync.Mutex
	depth  int       // waits that it drives for, one inside the other
	rests  bool      // it waits until something can run
	others []*Island // of goroutines that only wait
}

func (d *driver) resting() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.rests
}

// rest calls wait, in which the driver makes no choice.
func (d *driver) rest(wait func()) {
	d.set(true)
	defer d.set(false)
	wait()
}

func (d *driver) set(rests bool) {
	d.mu.Lock()
	d.rests = rests
	d.mu.Unlock()
}

// begin makes the caller, which waits for i, the driver. Where there is another
// one, it waits until i is closed, which it reports with false, or until it is
// its turn.
func (d *driver) begin(i *Island) bool {
	d.mu.Lock()
	if d.depth == 0 || !d.rests {
		d.depth++
		d.mu.Unlock()
		return true
	}
	d.others = append(d.others, i)
	d.mu.Unlock()
	for {
		<-i.owner.wake
		d.mu.Lock()
		k := slices.Index(d.others, i)
		mine := k < 0 // end has taken it from the list
		if !mine && i.Closed() {
			d.others = slices.Delete(d.others, k, k+1)
		}
		d.mu.Unlock()
		switch {
		case mine:
			return true
		case i.Closed():
			return false
		}
	}
}

// end makes one of the others the driver, if there is one.
func (d *driver) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.depth--
	if d.depth > 0 || len(d.others) == 0 {
		return
	}
	d.depth++
	next := d.others[0]
	d.others = d.others[1:]
	next.signal()
}
