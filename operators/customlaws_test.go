package operators_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"runtime"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
)

// customStages are the stages of users. They call f for each element and,
// while f returns, pass elements on as they are.
var customStages = map[string]func(src publisher, f func(v int)) publisher{
	"Through": func(src publisher, f func(int)) publisher {
		return operators.Through(src, loopOver(func(v int, yield func(int) bool) bool { f(v); return yield(v) }), operators.WithName("it"))
	},
	"Through pulls": func(src publisher, f func(int)) publisher {
		return operators.Through(src, func(in iter.Seq[int]) iter.Seq[int] {
			return func(yield func(int) bool) {
				next, stop := iter.Pull(in)
				defer stop()
				for v, ok := next(); ok; v, ok = next() {
					if f(v); !yield(v) {
						return
					}
				}
			}
		}, operators.WithName("it"))
	},
	"Handle": func(src publisher, f func(int)) publisher {
		return operators.Handle(src, 1, func() operators.Handler[int, int] {
			return operators.Handler[int, int]{Next: func(_ context.Context, v int, emit func(int)) error { f(v); emit(v); return nil }}
		}, operators.WithName("it"))
	},
}

// lateErrors is an observer that keeps what could not be delivered.
type lateErrors struct {
	mu   sync.Mutex
	errs []error
}

func (*lateErrors) OnStage(flow.StageInfo, *flow.Stats) {}

func (o *lateErrors) OnUndeliverable(_ string, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.errs = append(o.errs, err)
}

func (o *lateErrors) all() []error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.errs)
}

func forAllCustom(t *testing.T, test func(t *testing.T, ctx context.Context, op func(publisher, func(int)) publisher, place func(publisher) publisher)) {
	for name, op := range customStages {
		for where, place := range around {
			for on, sched := range schedulers {
				t.Run(fmt.Sprintf("%s %s on %s", name, where, on), func(t *testing.T) {
					t.Parallel()
					test(t, scheduler.With(t.Context(), sched()), op, place)
				})
			}
		}
	}
}

// TestCustomPanicLaw: a panic ends the stream with a PanicError that names the
// stage, after all elements before it, and upstream is cancelled once.
func TestCustomPanicLaw(t *testing.T) {
	forAllCustom(t, func(t *testing.T, ctx context.Context, op func(publisher, func(int)) publisher, place func(publisher) publisher) {
		for _, k := range positions {
			var w watched
			calls := 0
			got, err := sinks.Slice(ctx, place(op(w.publisher(), func(v int) {
				if calls++; v == k {
					panic(errStop)
				}
			})))
			require.Equal(t, numbersTo(k), append([]int{}, got...), "before the panic at %d", k)
			require.ErrorIs(t, err, errStop)
			var p *flow.PanicError
			require.ErrorAs(t, err, &p)
			require.Equal(t, "it", p.Stage)
			require.Equal(t, k+1, calls)
			w.require(t)
		}
	})
}

func TestCustomGoexitLaw(t *testing.T) {
	forAllCustom(t, func(t *testing.T, ctx context.Context, op func(publisher, func(int)) publisher, place func(publisher) publisher) {
		for _, k := range positions {
			var w watched
			var got []int
			var err error
			returned := false
			var all sync.WaitGroup
			all.Go(func() {
				err = sinks.ForEach(ctx, place(op(w.publisher(), func(v int) {
					if v == k {
						runtime.Goexit()
					}
				})), func(_ context.Context, v int) error { got = append(got, v); return nil })
				returned = true
			})
			all.Wait()
			if returned {
				require.Equal(t, numbersTo(k), append([]int{}, got...), "before the Goexit at %d", k)
				require.ErrorIs(t, err, flow.ErrGoexit)
			} else { // it was the sink's own goroutine
				require.Equal(t, numbersTo(len(got)), append([]int{}, got...))
				require.LessOrEqual(t, len(got), k)
			}
			w.require(t)
		}
	})
}

// TestCustomContextLaw: when the context ends in the middle of a call, no
// further call begins, and the stream ends with the cause.
func TestCustomContextLaw(t *testing.T) {
	for name, op := range customStages {
		for where, place := range around {
			for _, k := range positions {
				synctest.Test(t, func(t *testing.T) {
					var w watched
					ctx, cancel := context.WithCancelCause(t.Context())
					after := 0
					_, err := sinks.Slice(ctx, place(op(w.publisher(), func(v int) {
						if ctx.Err() != nil {
							after++
						}
						if v == k {
							cancel(errStop)
							time.Sleep(time.Nanosecond)
						}
					})))
					require.ErrorIs(t, err, errStop, "%s %s", name, where)
					require.Zero(t, after, "calls after the end of the context: %s %s", name, where)
					w.require(t)
				})
			}
		}
	}
}

func TestCustomCancelLaw(t *testing.T) {
	forAllCustom(t, func(t *testing.T, ctx context.Context, op func(publisher, func(int)) publisher, place func(publisher) publisher) {
		for _, k := range positions {
			var w watched
			var got []int
			for v, err := range sinks.Seq(ctx, place(op(w.publisher(), func(int) {})), sinks.WithPrefetch(1+k%9)) {
				require.NoError(t, err)
				if got = append(got, v); v == k {
					break
				}
			}
			require.Equal(t, numbersTo(k+1), got)
			w.require(t)
		}
	})
}

// TestCustomGoexitBelow: user code below the stage ends the goroutine that the
// stage runs on.
func TestCustomGoexitBelow(t *testing.T) {
	for name, op := range customStages {
		for _, k := range []int{0, 1, 5, 300} {
			var w watched
			var err error
			returned := false
			var all sync.WaitGroup
			all.Go(func() {
				below := operators.Map(op(w.publisher(), func(int) {}), func(v int) int {
					if v == k {
						runtime.Goexit()
					}
					return v
				})
				_, err = sinks.Slice(t.Context(), operators.Async(below, 3))
				returned = true
			})
			all.Wait()
			require.True(t, returned, name)
			require.ErrorIs(t, err, flow.ErrGoexit)
			w.require(t)
		}
	}
}

// TestCustomWithAnEndedContext calls nothing.
func TestCustomWithAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	for name, op := range customStages {
		var w watched
		_, err := sinks.Slice(ctx, op(w.publisher(), func(int) { t.Error("called") }))
		require.ErrorIs(t, err, errStop, name)
		w.require(t)
	}
}

// TestCustomPassesErrorsOn behind the elements before them.
func TestCustomPassesErrorsOn(t *testing.T) {
	for name, op := range customStages {
		for on, s := range schedulers {
			for _, k := range positions {
				src := operators.Map((&watched{}).publisher(), func(v int) int {
					if v == k {
						panic(errStop)
					}
					return v
				}, operators.WithName("above"))
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), op(src, func(int) {}))
				require.Equal(t, numbersTo(k), append([]int{}, got...), "%s on %s", name, on)
				require.ErrorIs(t, err, errStop)
				var p *flow.PanicError
				require.True(t, errors.As(err, &p))
				require.Equal(t, "above", p.Stage)
			}
		}
	}
}
