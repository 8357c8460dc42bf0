package flowtest

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// Line is a subscription of a [Manual] publisher, which records what the
// subscriber says on it.
type Line struct {
	mu      *sync.Mutex // of the publisher; guards the rest
	changed func()
	rule    func(rule, format string, args ...any) // reports a violation
	invalid func()                                 // answers a bad request
	leave   func()                                 // told of Cancel, under the lock

	requested int64
	requests  int // calls of Request
	bad       int // requests below 1
	cancelled int
	busy      atomic.Int32 // calls of Request that have not returned
	overlaps  atomic.Int32 // calls that began before another one returned
	slow      func()       // called inside Request
}

// Request records the demand.
func (l *Line) Request(n int64) {
	if l.busy.Add(1) > 1 {
		l.overlaps.Add(1)
	}
	defer l.busy.Add(-1)
	l.duringLastSignal("Request")
	if l.slow != nil {
		l.slow()
	}
	l.mu.Lock()
	l.requests++
	if n < 1 {
		l.bad++
	} else if l.requested += n; l.requested < 0 {
		l.requested = flow.Unbounded
	}
	l.changed()
	l.mu.Unlock()
	if n < 1 && l.invalid != nil {
		l.invalid()
	}
}

// Cancel counts the call.
func (l *Line) Cancel() {
	l.duringLastSignal("Cancel")
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cancelled++
	l.leave()
	l.changed()
}

// Requested returns the sum of the demand.
func (l *Line) Requested() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.requested
}

// Cancelled returns how often Cancel was called.
func (l *Line) Cancelled() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.cancelled
}

// calls returns how often Request was called.
func (l *Line) calls() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.requests
}

// duringLastSignal reports a call that comes from inside OnError or
// OnComplete.
func (l *Line) duringLastSignal(method string) {
	if lastSignals.Load() == 0 {
		return
	}
	pcs := make([]uintptr, 256)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		f, more := frames.Next()
		if strings.HasSuffix(f.Function, "flowtest.lastSignal") {
			l.rule("2.03", "%s inside OnError or OnComplete", method)
			return
		}
		if !more {
			return
		}
	}
}

// lastSignals counts the OnError and OnComplete on their way; without one the
// stack need not be looked at.
var lastSignals atomic.Int32

// lastSignal sends an OnError or OnComplete. Its frame tells who calls back.
//
//go:noinline
func lastSignal(f func()) {
	lastSignals.Add(1)
	defer lastSignals.Add(-1)
	f()
}
