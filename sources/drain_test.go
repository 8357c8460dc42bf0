package sources_test

import (
	"context"
	"io"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestDrainDuringARead that brings an element: the stream ends with it. (The
// goroutine then stops for want of credit, and the drain, which had seen it
// run, does not come again.)
func TestDrainDuringARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, w := io.Pipe()
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		var got []string
		g.Go(func() error {
			return sinks.ForEach(ctx, sources.Lines(r), func(_ context.Context, line string) error {
				got = append(got, line)
				return nil
			})
		})
		synctest.Wait()
		done := make(chan struct{})
		go func() {
			defer close(done)
			_, err := g.Drain(ctx)
			require.NoError(t, err)
		}()
		synctest.Wait()
		_, err := io.WriteString(w, "last\n")
		require.NoError(t, err)
		require.NoError(t, g.Wait())
		<-done
		require.Equal(t, []string{"last"}, got)
	})
}
