package operators

import (
	"runtime"
	"sync/atomic"
)

// calls guards functions that a stage gives to a user's function and that may
// be called only while that runs. A call at another time is an error of the
// stream, or comes too late for it.
type calls struct {
	state atomic.Uint32
	wrong atomic.Pointer[error]
}

const (
	callsShut uint32 = iota // the user's function does not run
	callsOpen               // it runs
	callsBusy               // and is in one of the guarded functions; see enter
	callsOver               // it will not run again
)

// opened reports whether the user's function runs.
func (c *calls) opened() bool { return c.state.Load() == callsOpen }

// open lets the guarded functions be called.
func (c *calls) open() { c.state.Store(callsOpen) }

// shut ends that.
func (c *calls) shut() { c.state.Store(callsShut) }

// enter begins a guarded function, which others cannot be in at the same time.
// It reports false for a call at the wrong time.
func (c *calls) enter() bool { return c.state.CompareAndSwap(callsOpen, callsBusy) }

// leave ends it.
func (c *calls) leave() { c.state.Store(callsOpen) }

// close is shut for functions that use enter. It reports false if somebody
// else was in one: the user's function cannot be, since it has returned.
func (c *calls) close() (alone bool) {
	for alone = true; !c.state.CompareAndSwap(callsOpen, callsShut); alone = false {
		if c.state.Load() == callsShut {
			return alone
		}
		runtime.Gosched()
	}
	return alone
}

// over ends it for good. It returns the error of a wrong call that nobody has
// looked at.
func (c *calls) over() error {
	c.state.Store(callsOver)
	return c.mistake()
}

// mistake returns the error of a wrong call, once, or nil.
func (c *calls) mistake() error {
	if c.wrong.Load() == nil {
		return nil
	}
	if p := c.wrong.Swap(nil); p != nil {
		return *p
	}
	return nil
}

// report keeps the error of a wrong call for mistake. It returns the error if
// nobody will come for it: over either sees it, or has happened before.
func (c *calls) report(err error) (late error) {
	c.wrong.CompareAndSwap(nil, &err)
	if c.state.Load() == callsOver {
		return c.mistake()
	}
	return nil
}
