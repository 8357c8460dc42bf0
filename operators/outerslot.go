package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// outerSlot receives the elements of the outer stream of an innerRelay one at a
// time: the stage asks for the next when it has taken the one before.
type outerSlot[T any] struct {
	stage.Inner
	stage.Upstream
	owner   outerOwner
	run     *scheduler.Run
	release func(T, flow.Reason)
	asked   bool // for an element that the stage has not taken
	full    bool // it has come
	v       T
}

// outerOwner is what a slot knows of its stage.
type outerOwner interface {
	// arrived says that the slot has become full, or that the outer stream has
	// ended.
	arrived()
	Ready()
	Lost(reason flow.Reason, n int64)
	Meter() *scheduler.Meter
}

func (o *outerSlot[T]) OnSubscribe(sub flow.Subscription) {
	if o.Join(sub) {
		o.owner.Ready()
	}
}

// next asks for an element, if the slot is free.
func (o *outerSlot[T]) next() {
	if !o.asked && o.Joined() && !o.Over() {
		o.asked = true
		o.Request(1)
	}
}

func (o *outerSlot[T]) OnNext(v T) {
	if o.Over() || o.full || !o.asked {
		o.lose(o.Reason(), v)
		return
	}
	o.v, o.full = v, true
	o.held()
	o.owner.arrived()
}

func (o *outerSlot[T]) OnNextBatch(vs []T) {
	for _, v := range vs {
		o.OnNext(v)
	}
}

func (o *outerSlot[T]) OnError(err error) {
	if o.Fail(err, o.run) {
		o.owner.arrived()
	}
}

func (o *outerSlot[T]) OnComplete() {
	if o.Complete() {
		o.owner.arrived()
	}
}

// take empties the slot.
func (o *outerSlot[T]) take() (v T) {
	v, o.v = o.v, v
	o.asked, o.full = false, false
	o.held()
	return v
}

// drop lets go of what is in the slot.
func (o *outerSlot[T]) drop(reason flow.Reason) {
	if o.full {
		o.lose(reason, o.take())
	}
}

// held publishes whether there is an element in the slot.
func (o *outerSlot[T]) held() {
	if m := o.owner.Meter(); m != nil {
		n := int64(0)
		if o.full {
			n = 1
		}
		m.Buffered(n)
	}
}

func (o *outerSlot[T]) lose(reason flow.Reason, v T) {
	o.owner.Lost(reason, 1)
	if o.release != nil {
		o.release(v, reason)
	}
}
