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
	timer *time.Timer
	due   atomic.Bool
	at    int64 // when it is to ring, as flow.Now has it
}

// Set lets the alarm ring once after d, instead of any time set before. One
// that has rung and was not yet looked at is forgotten.
func (a *Alarm) Set(h *scheduler.Handle, d time.Duration) {
	a.Stop()
	a.at = flow.Now() + int64(d)
	if a.timer == nil {
		a.timer = time.AfterFunc(d, func() {
			a.due.Store(true)
			h.Ready()
		})
		return
	}
	a.timer.Reset(d)
}

// Settle lets the alarm ring once in the present moment, when nothing else can
// run in a bubble of testing/synctest: a new timer that is set for now rings
// at once there, one that is moved to now when all goroutines are blocked.
func (a *Alarm) Settle(h *scheduler.Handle) {
	h.Late() // a scheduler that is blocked may have something to run
	a.Set(h, time.Hour)
	a.timer.Reset(0)
}

// Rang reports, once, whether the time has come.
func (a *Alarm) Rang() bool { return a.due.Load() && a.due.Swap(false) }

// Stop takes the alarm back.
func (a *Alarm) Stop() {
	if a.timer != nil {
		a.timer.Stop()
	}
	a.due.Store(false)
}
