package sinks_test

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

var errSink = errors.New("sink")

// upTo emits 0 … n-1 and then fails with errSink.
func upTo(n int64) flow.Publisher[int64] {
	return operators.Map(sources.Range(0, n+1), func(v int64) int64 {
		if v == n {
			panic(errSink)
		}
		return v
	})
}

func sum(a, b int64) int64 { return a + b }

func TestFirst(t *testing.T) {
	_, err := sinks.First(t.Context(), sources.Empty[int]())
	require.ErrorIs(t, err, flow.ErrEmpty)
	_, err = sinks.First(t.Context(), operators.Filter(sources.Of(1, 2), func(int) bool { return false }))
	require.ErrorIs(t, err, flow.ErrEmpty)
	_, err = sinks.First(t.Context(), sources.Error[int](errSink))
	require.ErrorIs(t, err, errSink)
	require.NotErrorIs(t, err, flow.ErrEmpty)
	v, err := sinks.First(t.Context(), upTo(1)) // the error comes later
	require.NoError(t, err)
	require.Zero(t, v)
}

func TestForEachStopsAtAnError(t *testing.T) {
	for _, at := range []int64{0, 1, 2, 255, 256, 999} {
		var seen []int64
		err := sinks.ForEach(t.Context(), sources.Range(0, 1000), func(_ context.Context, v int64) error {
			if seen = append(seen, v); v == at {
				return errSink
			}
			return nil
		}, sinks.WithName("store"))
		require.ErrorIs(t, err, errSink)
		require.Len(t, seen, int(at)+1)
		var stage *flow.StageError
		require.ErrorAs(t, err, &stage)
		require.Equal(t, "store", stage.Stage)
	}
}

// TestForEachContext ends when the stream does, and not before.
func TestForEachContext(t *testing.T) {
	var inside context.Context
	err := sinks.ForEach(t.Context(), sources.Of(1, 2, 3), func(ctx context.Context, _ int) error {
		inside = ctx
		return ctx.Err()
	})
	require.NoError(t, err)
	require.Error(t, inside.Err())
	require.NoError(t, t.Context().Err())
}

func TestResultsSoFar(t *testing.T) {
	for _, n := range []int64{0, 1, 2, 300} {
		total, err := sinks.Fold(t.Context(), upTo(n), 1000, sum)
		require.ErrorIs(t, err, errSink)
		require.Equal(t, 1000+n*(n-1)/2, total)

		all, err := sinks.Slice(t.Context(), upTo(n))
		require.ErrorIs(t, err, errSink)
		require.Len(t, all, int(n))

		var b bytes.Buffer
		err = sinks.Lines(t.Context(), operators.Map(upTo(n), func(int64) string { return "x" }), &b)
		require.ErrorIs(t, err, errSink)
		require.Equal(t, strings.Repeat("x\n", int(n)), b.String(), "what came before is written")

		count := int64(0)
		for _, err := range sinks.Seq(t.Context(), upTo(n)) {
			if err != nil {
				require.ErrorIs(t, err, errSink)
				break
			}
			count++
		}
		require.Equal(t, n, count)
	}
}

func TestFoldThatPanics(t *testing.T) {
	total, err := sinks.Fold(t.Context(), sources.Range(1, 10), 0, func(a, b int64) int64 {
		if b == 4 {
			panic(errSink)
		}
		return a + b
	}, sinks.WithName("total"))
	require.Equal(t, int64(6), total)
	var p *flow.PanicError
	require.ErrorAs(t, err, &p)
	require.Equal(t, "total", p.Stage)
}

func TestSeq(t *testing.T) {
	src := sources.Range(0, 1000)
	for _, prefetch := range []int{1, 2, 7, 1000, 5000} {
		seq := sinks.Seq(t.Context(), src, sinks.WithPrefetch(prefetch))
		for _, at := range []int64{0, 1, 6, 7, 500, 999, -1} { // each range is a run of its own
			want := int64(0)
			for v, err := range seq {
				require.NoError(t, err)
				require.Equal(t, want, v)
				if want++; v == at {
					break
				}
			}
			require.Equal(t, max(at+1, (at>>63)&1000), want)
		}
	}
}

// TestSeqDemandsNoMoreThanItsPrefetch ahead of the loop.
func TestSeqDemandsNoMoreThanItsPrefetch(t *testing.T) {
	for _, prefetch := range []int{1, 3, 16} {
		produced := 0
		src := operators.Map(sources.Range(0, 1000), func(v int64) int64 { produced++; return v })
		taken := 0
		for _, err := range sinks.Seq(t.Context(), src, sinks.WithPrefetch(prefetch)) {
			require.NoError(t, err)
			taken++
			require.LessOrEqual(t, produced, taken-1+prefetch)
		}
		require.Equal(t, 1000, taken)
	}
}

// TestSeqBodyThatPanics: the panic goes on, and nothing of the stream is left.
func TestSeqBodyThatPanics(t *testing.T) {
	ended := false
	src := sources.Func(func(ctx context.Context, emit func(int) bool) error {
		emit(1)
		<-ctx.Done()
		ended = true
		return nil
	})
	require.PanicsWithValue(t, "body", func() {
		for range sinks.Seq(t.Context(), src) {
			panic("body")
		}
	})
	require.True(t, ended)
}

// brokenWriter fails after n bytes.
type brokenWriter struct{ n int }

func (w *brokenWriter) Write(p []byte) (int, error) {
	if len(p) <= w.n {
		w.n -= len(p)
		return len(p), nil
	}
	n := w.n
	w.n = 0
	return n, errSink
}

func TestLinesEndsWithAWriteError(t *testing.T) {
	for _, n := range []int{0, 1, 100_000} { // the writer's block is 64 KiB
		produced := 0
		src := operators.Map(sources.Range(0, 1_000_000), func(int64) string { produced++; return "0123456789" })
		err := sinks.Lines(t.Context(), src, &brokenWriter{n}, sinks.WithName("out"))
		require.ErrorIs(t, err, errSink)
		var stage *flow.StageError
		require.ErrorAs(t, err, &stage)
		require.Equal(t, "out", stage.Stage)
		require.Less(t, produced, 100_000, "the stream goes on")
	}
}

func TestLinesWritesNothingForNothing(t *testing.T) {
	require.NoError(t, sinks.Lines(t.Context(), sources.Empty[string](), &brokenWriter{}))
	var b bytes.Buffer
	require.NoError(t, sinks.Lines(t.Context(), sources.Of("", "a\nb", ""), &b))
	require.Equal(t, "\na\nb\n\n", b.String())
}

var schedulers = map[string]func() scheduler.Scheduler{
	"default":   scheduler.Default,
	"inline":    scheduler.Inline,
	"pool":      func() scheduler.Scheduler { return scheduler.NewPool(2) },
	"pool of 1": func() scheduler.Scheduler { return scheduler.NewPool(1) },
	"seeded":    func() scheduler.Scheduler { return scheduler.NewSeeded(7) },
}

// TestSinkInsideAUsersFunction of another stream, on the context that the
// function gets and on the outer one, three deep.
func TestSinkInsideAUsersFunction(t *testing.T) {
	for on, s := range schedulers {
		t.Run(on, func(t *testing.T) {
			ctx := scheduler.With(t.Context(), s())
			inner := func(ctx context.Context, n int64) (int64, error) {
				return sinks.Fold(ctx, operators.Async(sources.Range(1, n), 2), 0, sum)
			}
			triangle := operators.TryMap(operators.Async(sources.Range(1, 20), 4), inner)
			var got []int64
			err := sinks.ForEach(ctx, triangle, func(inside context.Context, v int64) error {
				same, err := sinks.First(inside, sources.Of(v))
				if err != nil {
					return err
				}
				for w, err := range sinks.Seq(ctx, operators.Async(sources.Of(same), 1)) {
					if err != nil {
						return err
					}
					got = append(got, w)
				}
				return nil
			})
			require.NoError(t, err)
			require.Len(t, got, 20)
			require.Equal(t, int64(210), got[19])

			_, err = sinks.Slice(ctx, operators.Map(sources.Of(1), func(int) int {
				_, err := sinks.Slice(ctx, upTo(3))
				panic(err)
			}))
			require.ErrorIs(t, err, errSink, "the error of the inner stream comes out")
		})
	}
}

// TestSinkInsideAGraph inside a function of a stream.
func TestSinkInsideAGraph(t *testing.T) {
	for on, s := range schedulers {
		t.Run(on, func(t *testing.T) {
			ctx := scheduler.With(t.Context(), s())
			total, err := sinks.Fold(ctx, operators.TryMap(sources.Range(0, 10), func(ctx context.Context, v int64) (int64, error) {
				g, ctx := scheduler.NewGraph(ctx, "inner")
				var a, b int64
				g.Go(func() (err error) { a, err = sinks.Fold(ctx, sources.Range(0, v), 0, sum); return err })
				g.Go(func() (err error) {
					b, err = sinks.Fold(ctx, operators.Async(sources.Range(0, v), 3), 0, sum)
					return err
				})
				err := g.Wait()
				return a + b, err
			}), 0, sum)
			require.NoError(t, err)
			require.Equal(t, int64(240), total)
		})
	}
}
