package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// newestOf receives all elements of a stream that a stage listens to besides
// its source, and keeps the newest one.
type newestOf[T any] struct {
	stage.Inner
	stage.Upstream
	head interface {
		Ready()
		Over() bool
		Lost(reason flow.Reason, n int64)
	}
	run     *scheduler.Run
	release func(T, flow.Reason)
	now     [1]T
	full    bool // there is one
	used    bool // it was given to a function
	one     stage.One[T]
}

// OnSubscribe asks for everything.
func (o *newestOf[T]) OnSubscribe(sub flow.Subscription) {
	if o.Join(sub) {
		o.Request(flow.Unbounded)
	}
}

func (o *newestOf[T]) OnNext(v T) { o.OnNextBatch(o.one.One(v)) }

// OnNextBatch keeps the last element.
func (o *newestOf[T]) OnNextBatch(vs []T) {
	if o.Over() || o.head.Over() {
		o.let(vs, o.Reason())
		return
	}
	o.forget(flow.Replaced)
	last := len(vs) - 1
	o.let(vs[:last], flow.Replaced)
	o.now[0], o.full, o.used = vs[last], true, false
}

func (o *newestOf[T]) OnError(err error) {
	if o.Fail(err, o.run) {
		o.head.Ready()
	}
}

func (o *newestOf[T]) OnComplete() {
	if o.Complete() {
		o.head.Ready()
	}
}

// held returns how many elements are held.
func (o *newestOf[T]) held() int {
	if o.full {
		return 1
	}
	return 0
}

// element returns the newest element, for a function that only looks at it.
func (o *newestOf[T]) element() T {
	o.used = true
	return o.now[0]
}

// forget lets go of the newest element. One that was used counts as merged.
func (o *newestOf[T]) forget(reason flow.Reason) {
	if !o.full {
		return
	}
	one := o.now
	clear(o.now[:])
	o.full = false
	if o.used {
		reason = flow.Merged
	}
	o.let(one[:], reason)
}

func (o *newestOf[T]) let(vs []T, reason flow.Reason) {
	o.head.Lost(reason, int64(len(vs)))
	stage.Tell(o.release, vs, reason)
}
