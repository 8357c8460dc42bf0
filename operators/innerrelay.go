package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// innerRelay is what [ConcatMap], [SwitchMap] and [ExhaustMap] have in common: a
// relay of the publishers that a function makes of the elements of upstream,
// which come one at a time.
type innerRelay[In, Out any] struct {
	stage.Relay[Out]
	src        flow.Publisher[In]
	f          func(In) flow.Publisher[Out]
	outer      outerSlot[In]
	subscribed bool
}

func (r *innerRelay[In, Out]) init(ctx context.Context, src flow.Publisher[In], f func(In) flow.Publisher[Out], owner outerOwner) {
	r.src, r.f = src, f
	r.outer.owner, r.outer.run, r.outer.release = owner, scheduler.RunOf(ctx), flow.ReleaseFunc[In]()
}

// After takes the next element of upstream to the next publisher.
func (r *innerRelay[In, Out]) After(err error) (flow.Publisher[Out], stage.Progress, error) {
	o := &r.outer
	if err == nil && !r.subscribed {
		r.subscribed = true
		r.Dynamic()
		err = r.Try(nil, func() error {
			stage.Subscribe(r.Context(), r.src, o, r.Meter())
			return nil
		})
	}
	switch {
	case err != nil:
		return nil, stage.Last, err
	case o.full:
		next, err := publisherOf(&r.Relay, r.f, o.take())
		return next, stage.Last, err
	case o.Ended():
		return nil, stage.Last, o.Err()
	}
	return nil, stage.Wait, nil
}

// publisherOf calls f for an element that the relay r has taken to it.
func publisherOf[In, Out any](r *stage.Relay[Out], f func(In) flow.Publisher[Out], v In) (next flow.Publisher[Out], err error) {
	r.Consumed(1)
	err = r.Try(nil, func() error {
		if next = f(v); next == nil {
			return stage.ErrNilPublisher
		}
		return nil
	})
	return next, err
}

// Cancel leaves upstream as well.
func (r *innerRelay[In, Out]) Cancel() {
	r.Relay.Cancel()
	r.outer.Cancel()
}

// Abandon leaves both publishers and lets go of the element in hand.
func (r *innerRelay[In, Out]) Abandon(reason flow.Reason) {
	r.Relay.Abandon(reason)
	r.outer.Cancel()
	r.outer.drop(reason)
}
