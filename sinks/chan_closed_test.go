//go:build !race

package sinks_test

import (
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestChanThatIsClosedWhileItWaits ends the stream, and what is held behind is
// let go. (To close a channel that another goroutine sends into is a race by
// itself, so the race detector must not see this.)
func TestChanThatIsClosedWhileItWaits(t *testing.T) {
	for on, s := range schedulers {
		synctest.Test(t, func(t *testing.T) {
			o := &counted{}
			ctx := scheduler.With(flow.WithObserver(t.Context(), o), s())
			c := make(chan *held)
			ended := make(chan error, 1)
			var all []*held
			src := operators.Map(sources.Range(0, 100), func(int64) *held {
				all = append(all, new(held))
				return all[len(all)-1]
			})
			go func() { ended <- sinks.Chan(ctx, src, c, sinks.WithName("out"), sinks.WithPrefetch(3)) }()
			<-c
			synctest.Wait()
			close(c)
			var p *flow.PanicError
			require.ErrorAs(t, <-ended, &p, on)
			require.Equal(t, "out", p.Stage)
			for i, h := range all {
				require.Equal(t, min(1, i), h.released, "element %d", i)
			}
			sink := o.all["chan"].Snapshot()
			require.EqualValues(t, 1, sink.Out)
			require.Equal(t, sink.In, sink.Out+sink.Discarded(), "the sum closes")
		})
	}
}
