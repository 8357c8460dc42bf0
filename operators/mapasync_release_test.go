package operators_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/metrics"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestMapAsyncReleases: every element and every result is consumed or released
// once, whatever ends the stream.
func TestMapAsyncReleases(t *testing.T) {
	stages := func(concurrency int, around func(tokens) tokens, opts ...operators.Option) func(tokens, func(*token) *token) tokens {
		return func(src tokens, use func(*token) *token) tokens {
			return around(operators.MapAsync(src, concurrency, func(_ context.Context, t *token) (*token, error) {
				return use(t), nil
			}, opts...))
		}
	}
	alone := func(p tokens) tokens { return p }
	async := func(p tokens) tokens { return operators.Async(p, 16) }
	for through, stages := range map[string]func(tokens, func(*token) *token) tokens{
		"1":               stages(1, alone),
		"4":               stages(4, alone),
		"4 unordered":     stages(4, alone, operators.Unordered()),
		"300 above Async": stages(300, async),
		"4 above Async":   stages(4, async, operators.Unordered()),
		"4 below Async": func(src tokens, use func(*token) *token) tokens {
			return stages(4, alone)(operators.Async(src, 8), use)
		},
		"twice": func(src tokens, use func(*token) *token) tokens {
			return stages(3, alone, operators.Unordered())(stages(3, alone)(src, use), use)
		},
	} {
		for _, end := range tokenEnds {
			t.Run(through+" "+end, func(t *testing.T) {
				t.Parallel()
				verifyTokens(t, tokenSources["Seq"], stages, end)
			})
		}
	}
}

// TestMapAsyncReleasesLateResults: a call that does not listen to its context
// brings its result when the stream is over.
func TestMapAsyncReleasesLateResults(t *testing.T) {
	both(t, func(t *testing.T, opts ...operators.Option) {
		inBubbles(t, func(t *testing.T, ctx context.Context) {
			var m mint
			src := operators.Map(sources.Range(0, 100), func(v int64) *token { return m.token(int(v)) })
			results := operators.MapAsync(src, 8, func(_ context.Context, tok *token) (*token, error) {
				tok.consumed.Add(1)
				if tok.n == 3 {
					return nil, errStop
				}
				time.Sleep(ms)
				return m.token(1000 + tok.n), nil
			}, opts...)
			start := time.Now()
			err := sinks.ForEach(ctx, results, func(_ context.Context, tok *token) error { tok.consumed.Add(1); return nil })
			require.ErrorIs(t, err, errStop)
			require.Equal(t, ms, time.Since(start))
			m.require(t, "late results")
		})
	})
}

// TestMapAsyncSumCloses: in = out + lost, the element whose error ends the
// stream among them.
func TestMapAsyncSumCloses(t *testing.T) {
	both(t, func(t *testing.T, opts ...operators.Option) {
		for _, end := range []string{"complete", "error", "context", "break"} {
			for _, k := range positions {
				collector := metrics.New(nil)
				ctx, cancel := context.WithCancelCause(flow.WithObserver(t.Context(), collector))
				src := operators.MapAsync(sources.Slice(numbersTo(lawSize)), 5, func(_ context.Context, v int) (int, error) {
					switch {
					case v != k:
					case end == "error":
						return 0, errStop
					case end == "context":
						cancel(errStop)
					}
					return v, nil
				}, opts...)
				n := 0
				for range sinks.Seq(ctx, src) {
					if n++; end == "break" && n > k {
						break
					}
				}
				cancel(nil)
				s := collector.Snapshot()[1]
				require.Equal(t, "mapasync", s.Kind)
				require.Equal(t, s.In, s.Out+s.Discarded(), "%s at %d: %+v", end, k, s)
				require.Zero(t, s.Buffered)
				require.Zero(t, s.Workers)
			}
		}
	})
}

// TestMapAsyncSuddenlySlow: where f was fast, what has been handed out in
// chunks is slow once; from then on elements are spread again.
func TestMapAsyncSuddenlySlow(t *testing.T) {
	both(t, func(t *testing.T, opts ...operators.Option) {
		inBubbles(t, func(t *testing.T, ctx context.Context) {
			start := time.Now()
			var at []time.Duration
			src := operators.MapAsync(sources.Slice(numbersTo(11_600)), 8, func(_ context.Context, v int) (int, error) {
				if v >= 10_000 {
					time.Sleep(ms)
				}
				return v, nil
			}, opts...)
			require.NoError(t, sinks.ForEach(ctx, src, func(context.Context, int) error {
				at = append(at, time.Since(start))
				return nil
			}))
			require.Zero(t, at[9_000])
			for i := 10_600; i < 11_592; i += 8 { // 8 chunks of 64 are over
				require.Equal(t, ms, at[i+8]-at[i], "%d", i)
			}
			require.LessOrEqual(t, at[11_599], 264*ms)
		})
	})
}

// TestMapAsyncIsNamedWhenStuck: a run that waits for a call names the stage.
func TestMapAsyncIsNamedWhenStuck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		before := slog.Default()
		slog.SetDefault(slog.New(slog.NewTextHandler(&log, nil)))
		defer slog.SetDefault(before)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := sinks.Slice(ctx, operators.MapAsync(sources.Of(1), 2, func(context.Context, int) (int, error) {
			time.Sleep(time.Minute)
			return 0, nil
		}, operators.WithName("lookup")))
		require.ErrorIs(t, err, context.Canceled)
		synctest.Wait() // the timer's goroutine has written
		require.Contains(t, log.String(), "[lookup]")
	})
}

// TestMapAsyncNested: f may run a stream of its own.
func TestMapAsyncNested(t *testing.T) {
	for on, sched := range schedulers {
		ctx := scheduler.With(t.Context(), sched())
		sum, err := sinks.Fold(ctx, operators.MapAsync(sources.Range(0, 200), 4, func(ctx context.Context, v int64) (int64, error) {
			return sinks.Fold(ctx, operators.MapAsync(operators.Async(sources.Range(0, v), 4), 3,
				func(_ context.Context, w int64) (int64, error) { return w, nil }), 0, func(a, b int64) int64 { return a + b })
		}), 0, func(a, b int64) int64 { return a + b })
		require.NoError(t, err, on)
		require.EqualValues(t, 200*199*198/6, sum, on)
	}
}

// TestMapAsyncDrain: a drain lets calls finish, and their results flow.
func TestMapAsyncDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		var calls, got atomic.Int32
		src := operators.MapAsync(sources.Range(0, 1<<40), 8, func(_ context.Context, v int64) (int64, error) {
			calls.Add(1)
			time.Sleep(ms)
			return v, nil
		})
		g.Go(func() error {
			return sinks.ForEach(ctx, src, func(context.Context, int64) error { got.Add(1); return nil })
		})
		time.Sleep(10*ms + ms/2)
		_, err := g.Drain(t.Context())
		require.NoError(t, err)
		require.EqualValues(t, 96, calls.Load(), "8 in a call and 8 that wait, when it begins")
		require.Equal(t, calls.Load(), got.Load())
	})
}

func TestMapAsyncArguments(t *testing.T) {
	src := sources.Of(1, 2, 3)
	f := func(_ context.Context, v int) (int, error) { return v, nil }
	for text, assemble := range map[string]func(){
		"operators.MapAsync: nil source":                         func() { operators.MapAsync(nil, 1, f) },
		"operators.MapAsync: nil function":                       func() { operators.MapAsync[int, int](src, 1, nil) },
		"operators.MapAsync: concurrency 0, must be at least 1":  func() { operators.MapAsync(src, 0, f) },
		"operators.MapAsync: concurrency -1, must be at least 1": func() { operators.MapAsync(src, -1, f) },
	} {
		require.PanicsWithValue(t, text, assemble)
	}
}
