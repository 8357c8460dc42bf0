package stage

import (
	"time"

	"github.com/weirgo/weir/internal/demand"
	"github.com/weirgo/weir/scheduler"
)

// Deadline is the next moment at which a head has something to do, on the
// clock of flow.Now. Only the head's island uses it. Moving it to a later
// moment does not touch the timer: that rings early, and is set again then.
//
// What is due is decided by the clock, not by whether the alarm rang: an
// island that was busy hears it late.
type Deadline struct {
	alarm  Alarm
	at     int64 // the moment
	ring   int64 // for when the alarm is set
	some   bool  // there is a moment
	set    bool  // the alarm is set, and was not yet heard
	settle bool  // it is set for the moment at, in that moment
}

// Set makes at the moment. now is the present.
func (d *Deadline) Set(h *scheduler.Handle, at, now int64) {
	if d.settle && at == d.at {
		return // Due has the alarm ring for it
	}
	d.at, d.some, d.settle = at, true, false
	d.heard()
	if !d.set || at < d.ring {
		d.wake(h, now)
	}
}

// heard notes, once, that the alarm rang. While it is about to ring it is not
// set anew, so that each ring that is heard is that of the last setting.
func (d *Deadline) heard() bool {
	if !d.set || !d.alarm.Rang() {
		return false
	}
	d.set = false
	return true
}

func (d *Deadline) wake(h *scheduler.Handle, now int64) {
	d.ring, d.set = d.at, true
	if d.settle = d.at == now; d.settle {
		d.alarm.Settle(h)
	} else {
		d.alarm.Set(h, time.Duration(d.at-now))
	}
}

// Rung reports whether the alarm has rung since a pass last looked.
func (d *Deadline) Rung() bool { return d.alarm.Rung() }

// Passed reports whether the moment is in the past, so that what happens now
// comes after it.
func (d *Deadline) Passed(now int64) bool { return d.some && d.at < now }

// Due reports in a pass whether the moment has come, and sees to it that there
// is another pass if it has not.
//
// In a test's bubble time stands still while anything can run, so that an
// element may come in the very moment. It counts as before it: Due then lets
// the alarm ring once more, when nothing else can run.
func (d *Deadline) Due(h *scheduler.Handle, now int64) bool {
	if !d.some || d.at < now {
		return d.some
	}
	settled := d.heard() && d.settle
	switch {
	case settled && d.at == now:
		return true
	case !d.set:
		d.wake(h, now)
	}
	return false
}

// Clear forgets the moment.
func (d *Deadline) Clear() { d.some, d.settle = false, false }

// Stop forgets the moment and stops the timer.
func (d *Deadline) Stop() {
	d.Clear()
	d.set = false
	d.alarm.Stop()
}

// Later returns the moment d after now.
func Later(now int64, d time.Duration) int64 { return demand.Sum(now, int64(d)) }
