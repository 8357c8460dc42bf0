package stage

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
)

// RetryCall returns a function that calls f again, at most so many times, while
// it fails.
func RetryCall[In, Out any](f func(context.Context, In) (Out, error), times int64, c Config) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, v In) (out Out, err error) {
		for failures := int64(1); ; failures++ {
			out, err = f(ctx, v)
			switch {
			case err == nil || !retries(ctx, c, err):
				return out, err
			case failures > times:
				return out, fmt.Errorf("attempt %d failed: %w", failures, err)
			}
			if cause := pause(ctx, c, failures); cause != nil {
				return out, fmt.Errorf("attempt %d failed: %w: %w", failures, err, cause)
			}
		}
	}
}

// retries reports whether err is a failure that may pass.
func retries(ctx context.Context, c Config, err error) bool {
	switch {
	case ctx.Err() != nil, errors.Is(err, flow.ErrSkip),
		err == io.EOF: //nolint:errorlint // the end of what is read, itself
		return false
	case c.RetryIf != nil:
		return c.RetryIf(err)
	}
	var bug *flow.PanicError // of a stream that f has run
	return !errors.As(err, &bug)
}

// pause waits before the next attempt. It returns why the context has ended, if
// that comes first.
func pause(ctx context.Context, c Config, failures int64) error {
	if c.FirstBackoff > 0 {
		longest := Backoff(c.FirstBackoff, c.MostBackoff, failures)
		timer := time.NewTimer(time.Duration(scheduler.RandomIn(ctx, int64(longest))))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
		}
	}
	return context.Cause(ctx)
}

// Backoff returns the longest wait after so many failures.
func Backoff(first, most time.Duration, failures int64) time.Duration {
	for ; failures > 1; failures-- {
		if first > most/2 {
			return most
		}
		first *= 2
	}
	return first
}
