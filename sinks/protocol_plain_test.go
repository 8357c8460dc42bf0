package sinks_test

import (
	"context"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sinks"
)

// received runs a sink that sends into a channel, and receives on another
// goroutine until it returns.
func received[T any](capacity int, run func(c chan<- T) error) (got []T, err error) {
	c := make(chan T, capacity)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for v := range c {
			got = append(got, v)
		}
	}()
	err = run(c)
	close(c)
	<-done
	return got, err
}

// TestProtocolOfPlainSinks holds sinks against the rules of the protocol.
func TestProtocolOfPlainSinks(t *testing.T) {
	type publisher = flow.Publisher[int]
	into := func(capacity int, opts ...sinks.Option) func(context.Context, publisher) error {
		return func(ctx context.Context, p publisher) error {
			_, err := received(capacity, func(c chan<- int) error { return sinks.Chan(ctx, p, c, opts...) })
			return err
		}
	}
	for name, cfg := range map[string]flowtest.SinkConfig[int]{
		"TryFold": {Run: func(ctx context.Context, p publisher) error {
			_, err := sinks.TryFold(ctx, p, 0, func(_ context.Context, a, b int) (int, error) { return a + b, nil })
			return err
		}},
		"Chan":               {Run: into(0)},
		"Chan with room":     {Run: into(10)},
		"Chan with prefetch": {Run: into(0, sinks.WithPrefetch(4))},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifySink(t, cfg)
		})
	}
}
