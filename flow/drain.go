package flow

import "context"

type drainKey struct{}

// Draining returns a channel that is closed when the graph that ctx belongs to
// is asked to stop gracefully: sources complete, and what is in flight flushes
// to the sinks. It returns nil, which never becomes ready, where nobody can
// ask. A source that waits on the outside selects on it as it does on
// ctx.Done().
func Draining(ctx context.Context) <-chan struct{} {
	c, _ := ctx.Value(drainKey{}).(<-chan struct{})
	return c
}

// WithDraining returns a context under which [Draining] returns c.
func WithDraining(ctx context.Context, c <-chan struct{}) context.Context {
	return context.WithValue(ctx, drainKey{}, c)
}
