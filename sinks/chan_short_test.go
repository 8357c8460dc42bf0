package sinks_test

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestChanThatCannotSendAllSaysSo: upstream has completed, and the context ends
// while what is held waits for somebody to receive it.
func TestChanThatCannotSendAllSaysSo(t *testing.T) {
	for on, s := range schedulers {
		for _, received := range []int{0, 1, 4, 5} {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
				defer cancel(nil)
				c := make(chan int)
				ended := make(chan error, 1)
				go func() { ended <- sinks.Chan(ctx, sources.Of(0, 1, 2, 3, 4), c, sinks.WithPrefetch(10)) }()
				for i := range min(received, 4) {
					require.Equal(t, i, <-c)
				}
				if synctest.Wait(); received == 5 {
					require.Equal(t, 4, <-c)
					synctest.Wait()
				}
				cancel(errSink)
				if err := <-ended; received == 5 {
					require.NoError(t, err, on)
				} else {
					require.ErrorIs(t, err, errSink, "%d received on %s", received, on)
				}
			})
		}
	}
}
