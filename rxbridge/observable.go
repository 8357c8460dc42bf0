package rxbridge

import (
	"context"

	"github.com/reactivex/rxgo/v2"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/sinks"
)

// Observable is src as a cold Observable: each observer runs the stream anew.
//
// Demand: unbounded for the stages of src, which are held up while the channel
// that Observe returns is full. rxgo.WithBufferedChannel says how much it holds.
//
// Errors: the stream's error is the last item.
//
// Ends: the channel is closed when the stream has ended and every goroutine of
// it has returned. The context of rxgo.WithContext, given here or to Observe, is
// that of the stream: when it ends the stream is cancelled, without an error
// item. An observer that stops receiving before the end without ending its
// context leaves the stream waiting for it, as with any Observable; this is the
// one way to leave a goroutine behind. Panics if src is nil.
func Observable[T any](src flow.Publisher[T], opts ...rxgo.Option) rxgo.Observable {
	if src == nil {
		panic("rxbridge.Observable: nil Publisher")
	}
	run := func(ctx context.Context, items chan<- rxgo.Item) {
		err := sinks.ForEach(ctx, src, func(ctx context.Context, v T) error {
			if !rxgo.Of(v).SendContext(ctx, items) {
				return context.Cause(ctx)
			}
			return nil
		}, sinks.WithName("rxgo"))
		if err != nil {
			rxgo.Error(err).SendContext(ctx, items)
		}
	}
	return rxgo.Defer([]rxgo.Producer{run}, opts...)
}
