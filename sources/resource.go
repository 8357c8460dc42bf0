package sources

import (
	"context"
	"sync/atomic"

	"github.com/weirgo/weir/scheduler"
)

// resource is what a subscription opens, uses and closes. Its functions are
// called on goroutines of the run, one after another. The island may abandon
// it at any time: then whoever is in a function closes it, or else the island
// has it closed. Each of the two sees what the other has set.
type resource[R any] struct {
	host   host
	opener func(context.Context) (R, error)
	closer func(R) error // may be nil
	state  atomic.Uint32
	value  R
	err    error // of closer; set before resourceClosed
}

// host is the outlet of the stage.
type host interface {
	Run() *scheduler.Run
	Broken(recovered any) error
	UserError(err error) error
}

const (
	resourceBusy   uint32 = 1 << iota // a goroutine is in a function
	resourceOpen                      // there is a value
	resourceOver                      // the island does not need it any more
	resourceClosed                    // closer has returned, or is not needed
	resourceTold                      // somebody has taken err
)

// enter begins the use by a goroutine. It reports false when it is too late.
func (r *resource[R]) enter() bool {
	for {
		old := r.state.Load()
		if old&(resourceOver|resourceClosed) != 0 {
			return false
		}
		if r.state.CompareAndSwap(old, old|resourceBusy) {
			return true
		}
	}
}

// leave ends the use. It reports false when the resource was abandoned
// meanwhile: then the goroutine must end it.
func (r *resource[R]) leave() bool {
	for {
		old := r.state.Load()
		if old&resourceOver != 0 {
			return false
		}
		if r.state.CompareAndSwap(old, old&^resourceBusy) {
			return true
		}
	}
}

// start opens the resource if it is not open. Call it between enter and leave.
func (r *resource[R]) start(ctx context.Context) error {
	if r.state.Load()&resourceOpen != 0 {
		return nil
	}
	v, err := r.opener(ctx)
	if err == nil {
		r.value = v
		r.state.Or(resourceOpen)
	}
	return err
}

// end closes the resource. Call it after enter. An error that comes too late
// for the stream goes to the run.
func (r *resource[R]) end() {
	returned := false
	defer func() { // also if closer does not return
		if !returned {
			r.err = r.host.Broken(recover())
		}
		var none R
		r.value = none
		if r.state.Or(resourceClosed)&resourceOver != 0 {
			r.late()
		}
	}()
	if r.closer != nil && r.state.Load()&resourceOpen != 0 {
		if err := r.closer(r.value); err != nil {
			r.err = r.host.UserError(err)
		}
	}
	returned = true
}

// failure returns, once, the error with which the resource was closed.
func (r *resource[R]) failure() error {
	if r.state.Load()&resourceClosed == 0 || r.state.Or(resourceTold)&resourceTold != 0 {
		return nil
	}
	return r.err
}

// late reports that error where the stream cannot be told.
func (r *resource[R]) late() {
	if err := r.failure(); err != nil {
		r.host.Run().Undeliverable(err)
	}
}

// abandon has the resource closed, unless somebody does that or has done it.
// The island calls it, once or more often.
func (r *resource[R]) abandon() {
	switch old := r.state.Or(resourceOver); {
	case old&resourceClosed != 0:
		r.late()
	case old&(resourceBusy|resourceOver) == 0 && old&resourceOpen != 0:
		r.host.Run().Block(r.end)
	}
}
