package operators

import (
	"context"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// notifier is the subscriber to a publisher of which only the first signal
// counts. It belongs to a head, which it runs with on one island.
type notifier[N any] struct {
	stage.Inner
	stage.Upstream
	on      notified
	release func(N, flow.Reason)
}

// notified is what a notifier knows of its head.
type notified interface {
	Outside() *scheduler.Run
	// Notified is called once, on the island: with nil for an element or
	// completion.
	Notified(err error)
}

// watch subscribes to other.
func (n *notifier[N]) watch(ctx context.Context, other flow.Publisher[N], on notified) {
	n.on, n.release = on, flow.ReleaseFunc[N]()
	other.Subscribe(ctx, n)
}

// OnSubscribe asks for one element.
func (n *notifier[N]) OnSubscribe(sub flow.Subscription) {
	if n.Join(sub) {
		n.Request(1)
	}
}

func (n *notifier[N]) OnNext(v N) { n.OnNextBatch([]N{v}) }

func (n *notifier[N]) OnNextBatch(vs []N) {
	news := !n.Over()
	n.Cancel()
	defer func() { // also if a function that Release calls does not return
		if news {
			n.on.Notified(nil)
		}
	}()
	stage.Tell(n.release, vs, flow.Filtered)
}

func (n *notifier[N]) OnError(err error) {
	if n.Fail(err, n.on.Outside()) {
		n.on.Notified(n.Err())
	}
}

func (n *notifier[N]) OnComplete() {
	if n.Complete() {
		n.on.Notified(nil)
	}
}
