package scheduler

import "context"

// Scheduler runs islands. It keeps no goroutine, channel or timer between
// runs.
type Scheduler interface {
	// Go arranges for i.Run to be called soon. It must not block. It is called
	// once each time i has something to run, and not again before i.Release
	// has returned true.
	Go(i *Island)
	// Block runs fn, which may wait on the outside, on a goroutine of its own.
	// The run joins it.
	Block(r *Run, fn func())
	// Await returns after i.Close. i is the island of a waiting sink: the
	// scheduler runs it on the caller, or elsewhere.
	Await(i *Island)
}

type schedulerKey struct{}

// With returns a context whose runs use s.
func With(ctx context.Context, s Scheduler) context.Context {
	return context.WithValue(ctx, schedulerKey{}, s)
}

// From returns the scheduler in ctx, or [Default].
func From(ctx context.Context) Scheduler {
	if s, ok := ctx.Value(schedulerKey{}).(Scheduler); ok {
		return s
	}
	return Default()
}
