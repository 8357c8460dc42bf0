package stage

import (
	"context"
	"io"
)

// DeadLetter returns a function that calls f, and gives an element for which f
// fails to failed, which decides what becomes of it.
func DeadLetter[In, Out any](f func(context.Context, In) (Out, error), failed func(context.Context, In, error) error) func(context.Context, In) (Out, error) {
	return func(ctx context.Context, v In) (Out, error) {
		out, err := f(ctx, v)
		switch {
		case err == nil, Skips(err),
			err == io.EOF: //nolint:errorlint // the end of what is read, itself
			return out, err
		}
		if err = failed(ctx, v, err); err == nil {
			err = ErrTaken
		}
		return out, err
	}
}
