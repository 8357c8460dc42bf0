package scheduler

import (
	"slices"
	"sync"
)

// driver is the goroutine that makes the choices of a [Seeded] scheduler. There
// is one at a time: who waits for an island while it rests, or for a run that it
// is driving already, is another goroutine, such as one that drains a graph, and
// only waits; who waits for something else is a function that it calls, and
// drives on its behalf.
type driver struct {
	mu     sync.Mutex
	drives []*Island // that it drives for, the innermost last
	rests  bool      // it waits until something can run
	others []*Island // of goroutines that only wait
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
	if len(d.drives) == 0 || !d.rests && !d.inside(i.run) {
		d.drives = append(d.drives, i)
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

// inside reports whether it drives for r or for a run in r. The lock is held.
func (d *driver) inside(r *Run) bool {
	return slices.ContainsFunc(d.drives, func(i *Island) bool {
		in := i.run
		for in != nil && in != r {
			in = in.parent
		}
		return in == r
	})
}

// end makes one of the others the driver, if there is one.
func (d *driver) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.drives = d.drives[:len(d.drives)-1]
	if len(d.drives) > 0 || len(d.others) == 0 {
		return
	}
	next := d.others[0]
	d.drives, d.others = append(d.drives, next), d.others[1:]
	next.signal()
}
