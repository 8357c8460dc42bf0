package stage

import (
	"sync/atomic"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Upstream is the subscription of a subscriber that belongs to a head. Any
// goroutine may cancel it, also before it has come; the rest is done on the
// head's island.
type Upstream struct {
	sub   flow.Subscription
	state atomic.Uint32 // joined, cut, gone and last, as of a boundary
	err   error         // with which it ended
	keep  *Errors       // to which its error goes instead, if not nil
}

// Join keeps the first subscription and refuses a second (rule 2.5). It
// reports whether elements can be requested now.
func (u *Upstream) Join(sub flow.Subscription) bool {
	if u.sub != nil {
		sub.Cancel()
		return false
	}
	u.sub = sub
	if u.state.Or(joined)&cut != 0 {
		u.Cancel()
		return false
	}
	return true
}

// Cancel cancels the subscription once, unless it has ended. Where it has yet
// to come, Join finds the cut: one of the two sees what the other has set.
func (u *Upstream) Cancel() {
	if sub := u.cut(); sub != nil {
		sub.Cancel()
	}
}

// Keep has errs keep the error with which it ends, which is then like completion
// for the stage. A nil errs changes nothing.
func (u *Upstream) Keep(errs *Errors) { u.keep = errs }

// Leave cancels the subscription and records the end, where the publisher has
// broken off in Subscribe, so that nothing can be expected of it.
func (u *Upstream) Leave() {
	u.Cancel()
	u.state.Or(last)
}

// cut is Cancel but for the call: it returns the subscription that is still to
// be cancelled, or nil.
func (u *Upstream) cut() flow.Subscription {
	if s := u.state.Or(cut); s&joined != 0 && s&last == 0 && u.state.Or(gone)&gone == 0 {
		return u.sub
	}
	return nil
}

// reset makes it ready for another subscription.
func (u *Upstream) reset() {
	u.sub, u.err = nil, nil
	u.state.Store(0)
}

// Request asks for n elements, if there is anybody to ask.
func (u *Upstream) Request(n int64) {
	if u.state.Load() == joined {
		u.sub.Request(n)
	}
}

// Joined reports whether the subscription has come.
func (u *Upstream) Joined() bool { return u.state.Load()&joined != 0 }

// Over reports whether signals go no further: it has ended or was cancelled.
func (u *Upstream) Over() bool { return u.state.Load()&(cut|last) != 0 }

// Ended reports whether it has ended by itself.
func (u *Upstream) Ended() bool { return u.state.Load()&last != 0 }

// Err returns the error with which it has ended, unless that is kept: see Keep.
func (u *Upstream) Err() error { return u.err }

// Complete records the end, and reports whether it is news.
func (u *Upstream) Complete() bool {
	if u.Over() {
		return false
	}
	u.state.Or(last)
	return true
}

// Fail records the end with err, and reports whether it is news. A second end
// with an error is reported to the run.
func (u *Upstream) Fail(err error, run *scheduler.Run) bool {
	if err == nil {
		err = errNilError
	}
	if u.Over() {
		if u.Ended() {
			run.Undeliverable(err)
		}
		return false
	}
	if u.keep != nil {
		u.keep.Add(err)
	} else {
		u.err = err
	}
	u.state.Or(last)
	return true
}

// Reason returns why elements that come after the end are let go.
func (u *Upstream) Reason() flow.Reason {
	if u.Ended() {
		return flow.AfterEnd
	}
	return flow.Cancelled
}
