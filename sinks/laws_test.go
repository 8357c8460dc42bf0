package sinks_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

var errTest = errors.New("test")

// withUserFunction are the sinks that call f for each element.
var withUserFunction = map[string]func(ctx context.Context, src flow.Publisher[int64], f func(int64)) error{
	"ForEach": func(ctx context.Context, src flow.Publisher[int64], f func(int64)) error {
		return sinks.ForEach(ctx, src, func(_ context.Context, v int64) error { f(v); return nil }, sinks.WithName("it"))
	},
	"Fold": func(ctx context.Context, src flow.Publisher[int64], f func(int64)) error {
		_, err := sinks.Fold(ctx, src, 0, func(n int, v int64) int { f(v); return n + 1 }, sinks.WithName("it"))
		return err
	},
	"Seq": func(ctx context.Context, src flow.Publisher[int64], f func(int64)) error {
		for v, err := range sinks.Seq(ctx, src) {
			if err != nil {
				return err
			}
			f(v)
		}
		return nil
	},
	"Lines": func(ctx context.Context, src flow.Publisher[int64], f func(int64)) error {
		n := int64(-1)
		lines := operators.Map(src, func(int64) string { return string(make([]byte, 1<<16)) })
		return sinks.Lines(ctx, lines, writerFunc(func() { n++; f(n) }), sinks.WithName("it"))
	},
}

type writerFunc func()

func (w writerFunc) Write(p []byte) (int, error) {
	if len(p) > 1 { // the newline between two lines is none
		w()
	}
	return len(p), nil
}

var positions = []int64{0, 1, 2, 3, 7, 30, 62, 63, 64, 200}

func sourcesOf(n int64) map[string]flow.Publisher[int64] {
	return map[string]flow.Publisher[int64]{
		"chain":    sources.Range(0, n),
		"boundary": operators.Async(sources.Range(0, n), 8),
		"merge":    operators.Merge(4, sources.Range(0, n)),
	}
}

// TestPanicLaw: a panic in a sink's function is the sink's error, and nothing
// is called afterwards. In a loop over Seq it is the loop's own.
func TestPanicLaw(t *testing.T) {
	for name, sink := range withUserFunction {
		if name == "Seq" {
			continue
		}
		for shape, src := range sourcesOf(300) {
			t.Run(name+" "+shape, func(t *testing.T) {
				for _, k := range positions {
					calls := int64(0)
					err := sink(t.Context(), src, func(v int64) {
						if calls++; v == k {
							panic(errTest)
						}
					})
					var p *flow.PanicError
					require.ErrorAs(t, err, &p)
					require.ErrorIs(t, err, errTest)
					require.Equal(t, "it", p.Stage)
					if name != "Lines" { // what was buffered is still written
						require.Equal(t, k+1, calls)
					}
				}
			})
		}
	}
}

func TestPanicInALoopUnwindsToTheCaller(t *testing.T) {
	for _, src := range sourcesOf(300) {
		require.PanicsWithValue(t, errTest, func() {
			for v := range sinks.Seq(t.Context(), src) {
				if v == 42 {
					panic(errTest)
				}
			}
		})
	}
}

// TestGoexitLaw: a function that ends the goroutine it runs on, as a failed
// require does, leaves nothing behind, on any scheduler. Where it is not the
// sink's own, the sink returns an error.
func TestGoexitLaw(t *testing.T) {
	for name, sink := range withUserFunction {
		for on, s := range schedulers {
			elsewhere := strings.HasPrefix(on, "pool") && name != "Seq"
			for _, src := range sourcesOf(300) {
				for _, k := range positions {
					var all sync.WaitGroup
					calls := int64(0)
					all.Go(func() {
						err := sink(scheduler.With(t.Context(), s()), src, func(v int64) {
							if calls++; v == k {
								runtime.Goexit()
							}
						})
						if !elsewhere || !errors.Is(err, flow.ErrGoexit) {
							t.Errorf("%s on %s returned %v", name, on, err)
						}
					})
					all.Wait()
					require.GreaterOrEqual(t, calls, k+1)
				}
			}
		}
	}
}

// TestNestedSinks: a user's function may run a stream of its own.
func TestNestedSinks(t *testing.T) {
	for name, s := range schedulers {
		t.Run(name, func(t *testing.T) {
			ctx := scheduler.With(t.Context(), s())
			squares := operators.TryMap(sources.Range(0, 50), func(ctx context.Context, v int64) (int64, error) {
				return sinks.Fold(ctx, operators.Async(sources.Range(0, v), 4), 0, func(n, _ int64) int64 { return n + v })
			})
			sum, err := sinks.Fold(ctx, operators.Async(squares, 4), 0, func(a, b int64) int64 { return a + b })
			require.NoError(t, err)
			require.EqualValues(t, 49*50*99/6, sum)
		})
	}
}
