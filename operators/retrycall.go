package operators

import (
	"context"

	"github.com/weirgo/weir/internal/stage"
)

// RetryCall returns a function that calls f, and calls it again with the same
// element when it fails: at most the given number of times, [flow.Unbounded]
// for no limit. So one element is tried again where it is, and not the stream:
//
//	TryMap(src, RetryCall(parse, 3))
//	MapAsync(src, 8, RetryCall(fetch, 3, WithBackoff(time.Second, time.Minute)))
//
// It calls at once, or with [WithBackoff] after a wait. While it waits the
// element occupies its place: in a MapAsync one of the calls, in a TryMap the
// island.
//
// The error of the last attempt comes with the number of attempts. An error
// that is not to be retried is returned as it is: one that [WithRetryIf]
// rejects, and without that option a [flow.PanicError]; [flow.ErrSkip]; and
// io.EOF itself, which is no failure. A panic in f passes through. When the
// context ends no further attempt is made. Panics if f is nil or times
// negative.
func RetryCall[In, Out any](f func(ctx context.Context, v In) (Out, error), times int64, opts ...Option) func(ctx context.Context, v In) (Out, error) {
	stage.Require(f != nil, "operators.RetryCall: nil function")
	stage.Require(times >= 0, "operators.RetryCall: negative count %d", times)
	return stage.RetryCall(f, times, stage.Configure(opts))
}
