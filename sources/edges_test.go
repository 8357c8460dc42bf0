package sources_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestRangeUpToTheLargestInteger: Range panics "if the last integer would
// overflow", and here it does not.
func TestRangeUpToTheLargestInteger(t *testing.T) {
	for _, r := range []struct{ start, count int64 }{{math.MaxInt64, 1}, {math.MaxInt64 - 1, 2}, {1, math.MaxInt64}} {
		var first int64
		var err error
		require.NotPanics(t, func() { first, err = sinks.First(t.Context(), sources.Range(r.start, r.count)) },
			"Range(%d, %d)", r.start, r.count)
		require.NoError(t, err)
		require.Equal(t, r.start, first)
	}
	all, err := sinks.Slice(t.Context(), sources.Range(math.MaxInt64-1, 2))
	require.NoError(t, err)
	require.Equal(t, []int64{math.MaxInt64 - 1, math.MaxInt64}, all)
}

// TestLinesClosesWhenCancelledBetweenTwoReads: WithClose closes the reader
// "when the stream ends or is cancelled", also while no line is demanded.
func TestLinesClosesWhenCancelledBetweenTwoReads(t *testing.T) {
	t.Run("cancel", func(t *testing.T) {
		r := &closer{Reader: strings.NewReader("a\nb\n")}
		line, err := sinks.First(t.Context(), sources.Lines(r, sources.WithClose()))
		require.NoError(t, err)
		require.Equal(t, "a", line)
		require.EqualValues(t, 1, r.closed.Load())
	})
	t.Run("cancel without demand", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			r := &closer{Reader: strings.NewReader("a\nb\n")}
			p := flowtest.Subscribe(t, sources.Lines(r, sources.WithClose()))
			p.Cancel()
			synctest.Wait()
			require.EqualValues(t, 1, r.closed.Load())
		})
	})
}

// TestLinesClosesOnce: a Read that is waiting when the stream is cancelled
// returns because its reader is closed, which is no reason to close it again.
func TestLinesClosesOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		pr, pw := io.Pipe()
		r := &closingPipe{closer{Reader: pr}, pr}
		p := flowtest.Subscribe(t, sources.Lines(r, sources.WithClose()))
		p.Request(flow.Unbounded)
		_, err := io.WriteString(pw, "a\n")
		require.NoError(t, err)
		synctest.Wait()
		p.Cancel()
		synctest.Wait()
		require.EqualValues(t, 1, r.closed.Load())
	})
}

// TestContextThatEndsWhileASourceWaits ends the stream with its cause, and is
// never taken for the end of the elements: the sink of a stream that was cut
// short must not return nil.
func TestContextThatEndsWhileASourceWaits(t *testing.T) {
	for name, source := range map[string]func() flow.Publisher[int]{
		"Chan": func() flow.Publisher[int] { return sources.Chan(make(<-chan int)) },
		"Func": func() flow.Publisher[int] {
			return sources.Func(func(ctx context.Context, _ func(int) bool) error {
				<-ctx.Done()
				return nil
			})
		},
		"Func with the error": func() flow.Publisher[int] {
			return sources.Func(func(ctx context.Context, _ func(int) bool) error {
				<-ctx.Done()
				return ctx.Err()
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			wrong := map[string]int{}
			for range 200 {
				synctest.Test(t, func(t *testing.T) {
					ctx, cancel := context.WithCancelCause(t.Context())
					time.AfterFunc(time.Second, func() { cancel(errTest) })
					if err := sinks.Discard(ctx, source()); !errors.Is(err, errTest) {
						wrong[fmt.Sprint(err)]++
					}
				})
			}
			require.Empty(t, wrong, "what the sink returned instead of the cause, of 200 times")
		})
	}
}

type closingPipe struct {
	closer
	pipe *io.PipeReader
}

func (c *closingPipe) Close() error {
	_ = c.closer.Close()
	return c.pipe.Close()
}
