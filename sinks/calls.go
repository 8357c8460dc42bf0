package sinks

import (
	"context"

	"github.com/weirgo/weir/internal/stage"
)

// RetryCall returns a function that calls f, and calls it again with the same
// element when it fails: at most the given number of times, [flow.Unbounded]
// for no limit. It is RetryCall of package operators, which says more, for a
// function without a result, and takes the options WithBackoff and WithRetryIf
// from there.
//
//	ForEach(ctx, src, RetryCall(save, 3))
func RetryCall[T any](f func(ctx context.Context, v T) error, times int64, opts ...Option) func(ctx context.Context, v T) error {
	stage.Require(f != nil, "sinks.RetryCall: nil function")
	stage.Require(times >= 0, "sinks.RetryCall: negative count %d", times)
	return withoutResult(stage.RetryCall(withResult(f), times, stage.Configure(opts)))
}

// DeadLetter returns a function that calls f, and gives an element for which f
// fails to failed, with the error: nil from that says that it has dealt with
// the element, [flow.ErrSkip] that nobody wants it, and another error ends the
// stream. It is DeadLetter of package operators, which says more, for a function
// without a result.
//
//	ForEach(ctx, src, DeadLetter(RetryCall(save, 3), keep))
func DeadLetter[T any](f func(ctx context.Context, v T) error, failed func(ctx context.Context, v T, err error) error) func(ctx context.Context, v T) error {
	stage.Require(f != nil, "sinks.DeadLetter: nil function")
	stage.Require(failed != nil, "sinks.DeadLetter: nil function for what has failed")
	return withoutResult(stage.DeadLetter(withResult(f), failed))
}

func withResult[T any](f func(context.Context, T) error) func(context.Context, T) (struct{}, error) {
	return func(ctx context.Context, v T) (struct{}, error) { return struct{}{}, f(ctx, v) }
}

func withoutResult[T any](f func(context.Context, T) (struct{}, error)) func(context.Context, T) error {
	return func(ctx context.Context, v T) error {
		_, err := f(ctx, v)
		return err
	}
}
