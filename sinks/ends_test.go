package sinks_test

import (
	"bytes"
	"context"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestLinesWritesWhenTheStreamPauses "for lack of elements", as its comment
// says: somebody who reads the output of a stream that goes on sees the lines
// so far.
func TestLinesWritesWhenTheStreamPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		next := make(chan string)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- sinks.Lines(ctx, sources.Chan(next), &out) }()
		next <- "a"
		next <- "b"
		synctest.Wait()
		seen := out.String()
		cancel()
		require.ErrorIs(t, <-ended, context.Canceled)
		require.Equal(t, "a\nb\n", seen)
	})
}

// TestLinesSurvivesAWriterThatPanics at the last write as at any other.
func TestLinesSurvivesAWriterThatPanics(t *testing.T) {
	for _, n := range []int64{1, 100_000} {
		src := sources.Func(func(_ context.Context, emit func(string) bool) error {
			for range n {
				if !emit("0123456789") {
					break
				}
			}
			return nil
		})
		require.NotPanics(t, func() {
			err := sinks.Lines(t.Context(), src, panickingWriter{}, sinks.WithName("out"))
			var p *flow.PanicError
			require.ErrorAs(t, err, &p)
			require.Equal(t, "out", p.Stage)
		}, "%d lines", n)
	}
}

type panickingWriter struct{}

func (panickingWriter) Write([]byte) (int, error) { panic(errSink) }

// held counts what becomes of it.
type held struct{ released int }

func (h *held) Release(flow.Reason) { h.released++ }

// TestSeqReleasesWhatItHolds when the body of the loop panics, as when it
// breaks.
func TestSeqReleasesWhatItHolds(t *testing.T) {
	for name, leave := range map[string]func(){"break": nil, "panic": func() { panic("body") }} {
		all := make([]*held, 5)
		given := 0
		src := sources.Seq(func(yield func(*held) bool) {
			for i := range all {
				given++
				if all[i] = new(held); !yield(all[i]) {
					return
				}
			}
		})
		func() {
			defer func() { _ = recover() }()
			n := 0
			for _, err := range sinks.Seq(t.Context(), src, sinks.WithPrefetch(5)) {
				require.NoError(t, err)
				if n++; n < 2 {
					continue
				}
				if leave == nil {
					break
				}
				leave()
			}
		}()
		for i, h := range all[:given] {
			want := 0
			if i >= 2 { // the loop has seen two
				want = 1
			}
			require.Equal(t, want, h.released, "%s: element %d of %d", name, i, given)
		}
	}
}

// TestEndedContext: a stream whose context has ended before it begins ends with
// the cause, and no function is called.
func TestEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errSink)
	never := func(context.Context, int64) error { t.Error("called"); return nil }
	require.ErrorIs(t, sinks.ForEach(ctx, sources.Range(0, 10), never), errSink)
	require.ErrorIs(t, sinks.Discard(ctx, sources.Never[int]()), errSink)
	_, err := sinks.First(ctx, sources.Range(0, 10))
	require.ErrorIs(t, err, errSink)
	_, err = sinks.Slice(ctx, sources.Range(0, 10))
	require.ErrorIs(t, err, errSink)
	for _, err := range sinks.Seq(ctx, sources.Range(0, 10)) {
		require.ErrorIs(t, err, errSink)
	}
}
