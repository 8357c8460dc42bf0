package scheduler_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestSeededDrainFromAnotherGoroutine, while the graph waits and before it
// does, and by a function of the graph.
func TestSeededDrainFromAnotherGoroutine(t *testing.T) {
	for seed := range uint64(20) {
		for _, before := range []time.Duration{0, time.Second} {
			flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
				g, ctx := scheduler.NewGraph(ctx, "g")
				g.Go(func() error { return sinks.Discard(ctx, sources.Ticker(time.Second)) })
				drained := make(chan error, 1)
				go func() {
					time.Sleep(10 * time.Second)
					_, err := g.Drain(ctx)
					drained <- err
				}()
				time.Sleep(before)
				require.NoError(t, g.Wait())
				require.NoError(t, <-drained)
			})
			flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
				g, ctx := scheduler.NewGraph(ctx, "g")
				g.Go(func() error { return sinks.Discard(ctx, sources.Ticker(time.Second)) })
				drained := make(chan error, 1)
				go func() {
					_, err := g.Drain(ctx)
					drained <- err
				}()
				time.Sleep(before)
				require.NoError(t, g.Wait())
				require.NoError(t, <-drained)
			})
			flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
				g, ctx := scheduler.NewGraph(ctx, "g")
				g.Go(func() error { return sinks.Discard(ctx, sources.Ticker(time.Second)) })
				g.Go(func() error {
					time.Sleep(before)
					_, err := g.Drain(ctx)
					return err
				})
				require.NoError(t, g.Wait())
			})
		}
	}
}

// TestSeededDrainAtAnyMoment: the goroutine that drains comes while a choice is
// made, and makes none itself.
func TestSeededDrainAtAnyMoment(t *testing.T) {
	for seed := range uint64(200) {
		g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(scheduler.NewSeeded(seed)))
		begun := make(chan struct{})
		var once sync.Once
		g.Go(func() error {
			return sinks.ForEach(ctx, sources.Range(0, 1<<62), func(context.Context, int64) error {
				once.Do(func() { close(begun) })
				return nil
			})
		})
		drained := make(chan error, 1)
		go func() {
			<-begun
			_, err := g.Drain(ctx)
			drained <- err
		}()
		require.NoError(t, g.Wait())
		require.NoError(t, <-drained)
	}
}
