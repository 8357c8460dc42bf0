package operators

import (
	"context"

	"github.com/weirgo/weir/internal/stage"
)

// DeadLetter returns a function that calls f, and gives an element for which f
// fails to failed, with the error. What that returns decides:
//
//   - nil: failed has dealt with the element, for example put it into a queue of
//     dead letters. The stream goes on without it.
//   - [flow.ErrSkip]: nobody wants the element. The stream goes on, and the
//     element is released if it is a [flow.Releaser].
//   - another error ends the stream, as if f had returned it.
//
// Use it where a function with a context is asked for, and outside of
// [RetryCall], so that only what has failed for good comes here:
//
//	MapAsync(src, 8, DeadLetter(RetryCall(fetch, 3), keep))
//
// The stage counts the element as [flow.Skipped] in both of the first cases.
// f must not consume an element for which it fails: failed gets each of them,
// also where f was told to stop because the stream is over, which ctx tells.
// [flow.ErrSkip] from f itself does not go to failed, and neither does io.EOF.
// A panic passes through. Panics if a function is nil.
func DeadLetter[In, Out any](f func(ctx context.Context, v In) (Out, error), failed func(ctx context.Context, v In, err error) error) func(ctx context.Context, v In) (Out, error) {
	stage.Require(f != nil, "operators.DeadLetter: nil function")
	stage.Require(failed != nil, "operators.DeadLetter: nil function for what has failed")
	return stage.DeadLetter(f, failed)
}
