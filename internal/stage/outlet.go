package stage

import (
	"context"
	"errors"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// Outlet is the downstream side of a stage.
type Outlet[T any] struct {
	down  flow.BatchSubscriber[T]
	node  *flow.Node
	site  *scheduler.Site
	meter *scheduler.Meter
	done  bool // the end has been signalled, or the subscriber has left
}

// Connect sets the subscriber. A foreign one is put behind an edge.
func (o *Outlet[T]) Connect(ctx context.Context, node *flow.Node, down flow.Subscriber[T]) {
	o.site, o.node = scheduler.SiteOf(ctx), node
	switch d := down.(type) {
	case *metered[T]:
		o.down = d.BatchSubscriber
		o.meter = scheduler.NewMeter(ctx, node, d.meter)
	case native:
		o.down = down.(flow.BatchSubscriber[T])
		o.meter = scheduler.NewMeter(ctx, node, nil)
	default:
		o.down = newEdge(o, down)
		o.meter = scheduler.NewMeter(ctx, node, nil)
	}
}

// Meter returns the stage's meter, or nil.
func (o *Outlet[T]) Meter() *scheduler.Meter { return o.meter }

// Node describes the stage.
func (o *Outlet[T]) Node() *flow.Node { return o.node }

// Run returns the run of the subscription.
func (o *Outlet[T]) Run() *scheduler.Run { return o.site.Run() }

// Name returns the stage's name.
func (o *Outlet[T]) Name() string { return o.site.Name(o.node) }

// Accept hands the subscription to the subscriber.
func (o *Outlet[T]) Accept(sub flow.Subscription) { o.down.OnSubscribe(sub) }

// Halt tells the stages below that the context has ended.
func (o *Outlet[T]) Halt() { o.down.(receiver).Halted() }

// Quit ends the stage in silence, and tells those below.
func (o *Outlet[T]) Quit() {
	if o.Finish() {
		o.down.(receiver).Quit()
	}
}

// Batch hands vs on.
func (o *Outlet[T]) Batch(vs []T) {
	if len(vs) == 0 {
		return
	}
	if o.meter == nil {
		o.down.OnNextBatch(vs)
		return
	}
	prev := o.passes(int64(len(vs)))
	o.down.OnNextBatch(vs)
	if prev != nil {
		o.meter.Leave(prev)
	}
}

// Next hands v on.
func (o *Outlet[T]) Next(v T) {
	if o.meter == nil {
		o.down.OnNext(v)
		return
	}
	prev := o.passes(1)
	o.down.OnNext(v)
	if prev != nil {
		o.meter.Leave(prev)
	}
}

// passes counts n elements that go to the stage below, whose code runs from
// here on. It returns whose code ran before, where that is being measured.
func (o *Outlet[T]) passes(n int64) (prev *scheduler.Meter) {
	m := o.meter
	m.Out += n
	if d := m.Below; d != nil {
		if d.Ended {
			d.Received(n)
			return nil
		}
		d.In += n
		if *m.Sampled {
			return d.Enter()
		}
	}
	return nil
}

// Complete signals the end, once.
func (o *Outlet[T]) Complete() {
	if o.Finish() {
		o.down.OnComplete()
	}
}

// Fail signals the error, once. A later error is reported as undeliverable.
func (o *Outlet[T]) Fail(err error) {
	if err == nil {
		err = errNilError
	}
	if o.Finish() {
		o.down.OnError(err)
	} else {
		o.Run().Undeliverable(err)
	}
}

var errNilError = errors.Join(flow.ErrProtocol, errors.New("OnError with a nil error (rule 2.13)"))

// Finish marks the end without a signal. It reports whether it was the first.
func (o *Outlet[T]) Finish() bool {
	if o.done {
		return false
	}
	o.done = true
	if o.meter != nil {
		o.meter.End()
	}
	return true
}

// Done reports whether the stage has ended.
func (o *Outlet[T]) Done() bool { return o.done }

// Wanted counts demand that comes from downstream.
func (o *Outlet[T]) Wanted(n int64) {
	if o.meter != nil {
		o.meter.Requested(n)
	}
}

// Lost accounts for n elements that the stage let go of.
func (o *Outlet[T]) Lost(r flow.Reason, n int64) {
	if n != 0 {
		o.lost(r, n)
	}
}

func (o *Outlet[T]) lost(r flow.Reason, n int64) {
	if o.meter != nil {
		o.meter.Lost(r, n)
	}
	switch s := o.Run().Sums(); r {
	case flow.DroppedOld, flow.DroppedNew, flow.Replaced:
		s.Dropped.Add(n)
	case flow.Cancelled, flow.Failed, flow.AfterEnd, flow.Skipped:
		s.Discarded.Add(n)
	}
}

// Broken makes an error of what ended a user's function early: what recover
// returned, or nil for runtime.Goexit.
func (o *Outlet[T]) Broken(recovered any) error {
	if o.meter != nil {
		o.meter.Failed(flow.PanicErrors)
	}
	return panicError(o.Name(), recovered)
}

// UserError names the stage in an error that a user's function returned.
func (o *Outlet[T]) UserError(err error) error {
	if o.meter != nil {
		o.meter.Failed(kindOf(err))
	}
	return &flow.StageError{Stage: o.Name(), Err: err}
}

func kindOf(err error) flow.ErrorKind {
	if errors.Is(err, flow.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
		return flow.TimeoutError
	}
	return flow.UserError
}

func panicError(name string, recovered any) error {
	if recovered == nil {
		recovered = flow.ErrGoexit
	}
	return flow.NewPanicError(name, recovered)
}

// Consumed takes n elements out of the count of what came in: a function has
// consumed them, and what the stage hands on are others, which it receives.
func (o *Outlet[T]) Consumed(n int64) {
	if o.meter != nil {
		o.meter.In -= n
	}
}

// HandedOn adds n elements to the count of what went out, in another way than
// by this outlet; fewer than none, where it handed on what is no element.
func (o *Outlet[T]) HandedOn(n int64) {
	if o.meter != nil {
		o.meter.Out += n
	}
}
