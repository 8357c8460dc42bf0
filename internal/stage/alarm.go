package stage

import (
	"sync/atomic"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Alarm makes a head ready at a time. Only the head's island uses it; the
// timer's goroutine does no more than mark the head.
type Alarm struct {
	bell *bell
	at   int64 // when it is to ring, on the clock of flow.Now
}

// bell is what the timer holds on to. The Go runtime may keep a timer that was
// stopped for as long as it was to run, but must not keep the stream.
type bell struct {
	timer *time.Timer
	head  atomic.Pointer[scheduler.Handle]
	due   atomic.Bool
}

func (b *bell) ring() {
	if h := b.head.Load(); h != nil {
		b.due.Store(true)
		h.Ready()
	}
}

// Set lets the alarm ring once after d, instead of any time set before. One
// that has rung and was not yet looked at is forgotten.
func (a *Alarm) Set(h *scheduler.Handle, d time.Duration) {
	a.at = flow.Now() + int64(d)
	if b := a.bell; b != nil {
		a.Stop()
		b.head.Store(h)
		b.timer.Reset(d)
		return
	}
	a.bell = new(bell)
	a.bell.head.Store(h)
	a.bell.timer = time.AfterFunc(d, a.bell.ring)
}

// Settle lets the alarm ring once in the present moment, when nothing else can
// run in a bubble of testing/synctest: a new timer that is set for now rings
// at once there, one that is moved to now when all goroutines are blocked.
func (a *Alarm) Settle(h *scheduler.Handle) {
	h.Late() // a scheduler that is blocked may have something to run
	a.Set(h, time.Hour)
	a.at = flow.Now()
	a.bell.timer.Reset(0)
}

// Rung reports whether the time has come.
func (a *Alarm) Rung() bool { return a.bell != nil && a.bell.due.Load() }

// Rang reports, once, whether the time has come. Set and Stop may come between
// the start of the timer's goroutine and its mark; what that rings for then is
// not the time that is set now.
func (a *Alarm) Rang() bool { return a.Rung() && a.bell.due.Swap(false) && flow.Now() >= a.at }

// Stop takes the alarm back.
func (a *Alarm) Stop() {
	if b := a.bell; b != nil {
		b.timer.Stop()
		b.head.Store(nil)
		b.due.Store(false)
	}
}
