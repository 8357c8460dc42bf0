package operators_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// delaying are the operators that can delay errors, one stream at a time and two.
var delaying = map[string]func(src publisher, f func(v int) publisher) publisher{
	"ConcatMap": func(src publisher, f func(int) publisher) publisher {
		return operators.ConcatMap(src, f, operators.WithDelayErrors(), operators.WithName("it"))
	},
	"FlatMap of one": func(src publisher, f func(int) publisher) publisher {
		return operators.FlatMap(src, 1, f, operators.WithDelayErrors(), operators.WithName("it"))
	},
	"FlatMap": func(src publisher, f func(int) publisher) publisher {
		return operators.FlatMap(src, 2, f, operators.WithDelayErrors(), operators.WithName("it"))
	},
	"FlatMapSequential": func(src publisher, f func(int) publisher) publisher {
		return operators.FlatMapSequential(src, 2, f, operators.WithDelayErrors(), operators.WithName("it"))
	},
	"Flatten": func(src publisher, f func(int) publisher) publisher {
		return operators.Flatten(operators.Map(src, f), 2, operators.WithDelayErrors())
	},
}

// numbered is an error with a number.
type numbered int

func (e numbered) Error() string { return fmt.Sprintf("error %d", int(e)) }

// thenFail emits v and fails, if v is odd.
func thenFail(v int) publisher {
	if v%2 == 0 {
		return sources.Of(v)
	}
	return operators.Concat(sources.Of(v), sources.Error[int](numbered(v)))
}

// TestDelayErrors: every stream has its say, one error comes as it is, and
// several come in their order.
func TestDelayErrors(t *testing.T) {
	for name, op := range delaying {
		for on, s := range schedulers {
			run := func(src publisher) ([]int, error) {
				return sinks.Slice(scheduler.With(t.Context(), s()), op(src, thenFail))
			}
			got, err := run(sources.Of(2, 4))
			require.NoError(t, err)
			require.Equal(t, []int{2, 4}, got)
			got, err = run(sources.Empty[int]())
			require.NoError(t, err)
			require.Empty(t, got)

			got, err = run(sources.Of(2, 3, 4))
			require.Equal(t, numbered(3), err, "%s on %s", name, on)
			require.ElementsMatch(t, []int{2, 3, 4}, got)

			got, err = run(operators.Concat(sources.Of(1, 2, 3), sources.Error[int](errStop)))
			require.ElementsMatch(t, []int{1, 2, 3}, got)
			require.ErrorIs(t, err, numbered(1))
			require.ErrorIs(t, err, numbered(3))
			require.ErrorIs(t, err, errStop, "%s on %s", name, on)
		}
	}
}

// TestDelayErrorsIsBounded: 16 errors are kept, the others are counted.
func TestDelayErrorsIsBounded(t *testing.T) {
	for name, op := range delaying {
		_, err := sinks.Slice(t.Context(), op(sources.Slice(numbersTo(100)), thenFail))
		joined, ok := err.(interface{ Unwrap() []error })
		require.True(t, ok, name)
		all := joined.Unwrap()
		require.Len(t, all, 17)
		for i, e := range all[:16] {
			require.Equal(t, numbered(2*i+1), e, name)
		}
		require.EqualError(t, all[16], "and 34 more errors")
	}
}

// TestDelayErrorsWaits until all streams have ended, whichever of them fails,
// and takes the errors in the order in which they come.
func TestDelayErrorsWaits(t *testing.T) {
	for name, op := range delaying {
		if name == "ConcatMap" || name == "FlatMap of one" {
			continue
		}
		synctest.Test(t, func(t *testing.T) {
			up := flowtest.NewManual[int](t)
			inner := []*flowtest.Manual[int]{flowtest.NewManual[int](t), flowtest.NewManual[int](t), flowtest.NewManual[int](t)}
			p := flowtest.Subscribe(t, op(up, func(v int) publisher { return inner[v] }))
			p.Request(10)
			up.Next(0, 1)
			inner[1].Next(10)
			inner[1].Error(numbered(1))
			synctest.Wait()
			require.NoError(t, p.Err(), name)
			inner[0].Next(1)
			inner[0].Complete()
			synctest.Wait()
			require.Equal(t, 0, up.Cancelled())
			require.EqualValues(t, 4, up.Requested(), "a stream that has failed makes room")
			up.Next(2)
			up.Error(errStop)
			inner[2].Next(2)
			synctest.Wait()
			require.NoError(t, p.Err(), name)
			inner[2].Error(numbered(2))
			p.WaitDone()
			require.EqualError(t, p.Err(), "error 1\nstop\nerror 2", name)
			require.ElementsMatch(t, []int{1, 10, 2}, p.Values())
		})
	}
}

// TestDelayErrorsUnderDemand: the error comes behind what is held, and needs no
// demand itself.
func TestDelayErrorsUnderDemand(t *testing.T) {
	for _, op := range delaying {
		flowtest.Expect(t, op(sources.Of(1, 2), thenFail)).
			NoSignal().Request(1).Count(1).NoSignal().Request(1).Count(1).Error(numbered(1))
	}
}

// TestDelayErrorsOfTheFunction: the outer stream is left, and the inner streams
// that are there go on.
func TestDelayErrorsOfTheFunction(t *testing.T) {
	broken := func(context.Context) context.Context { panic(errStop) }
	for how, fails := range map[string]func() publisher{
		"panic":     func() publisher { panic(errStop) },
		"goexit":    func() publisher { runtime.Goexit(); return nil },
		"nil":       func() publisher { return nil },
		"subscribe": func() publisher { return derive(sources.Of(1), broken) },
	} {
		for name, op := range delaying {
			if name == "Flatten" && how != "nil" && how != "subscribe" {
				continue // its function is that of the Map above
			}
			for on, s := range schedulers {
				if how == "goexit" && on != "default" && on != "pool" {
					continue // it would end the test
				}
				var w watched
				calls := 0
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Async(op(w.publisher(), func(v int) publisher {
					if calls++; v == 3 {
						return fails()
					}
					return thenFail(v)
				}), 8))
				what := fmt.Sprintf("%s in %s on %s", how, name, on)
				require.ErrorIs(t, err, numbered(1), what)
				require.ElementsMatch(t, []int{0, 1, 2}, got, what)
				if how == "panic" || how == "subscribe" {
					var p *flow.PanicError
					require.ErrorAs(t, err, &p, what)
				}
				if name != "Flatten" {
					require.Equal(t, 4, calls, what)
				}
				w.require(t)
			}
		}
	}
}

// TestSubscribePanics: a stream that breaks off in Subscribe ends the stream,
// and is not waited for.
func TestSubscribePanics(t *testing.T) {
	for name, op := range map[string]func(publisher, func(int) publisher) publisher{
		"ConcatMap": func(src publisher, f func(int) publisher) publisher { return operators.ConcatMap(src, f) },
		"FlatMap":   func(src publisher, f func(int) publisher) publisher { return operators.FlatMap(src, 2, f) },
		"FlatMapSequential": func(src publisher, f func(int) publisher) publisher {
			return operators.FlatMapSequential(src, 2, f)
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			_, err := sinks.Slice(t.Context(), op(sources.Of(1, 2, 3), func(v int) publisher {
				if v == 1 {
					return sources.Of(v)
				}
				return derive(sources.Of(v), func(context.Context) context.Context { panic(errStop) })
			}))
			require.ErrorIs(t, err, errStop, name)
		})
	}
}

// TestDelayErrorsIsCancelled: errors that are kept are reported when nobody gets
// them, but for that of the context.
func TestDelayErrorsIsCancelled(t *testing.T) {
	for name, op := range delaying {
		for _, cancelled := range []bool{true, false} {
			synctest.Test(t, func(t *testing.T) {
				u := &undelivered{stages: stages{all: map[string]*flow.Stats{}}}
				ctx, cancel := context.WithCancelCause(flow.WithObserver(t.Context(), u))
				up, inner := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
				p := flowtest.Subscribe(t, op(up, func(v int) publisher {
					if v == 0 {
						return sources.Error[int](numbered(0))
					}
					return inner
				}), flowtest.WithContext(ctx))
				p.Request(5)
				up.Next(0)
				synctest.Wait()
				up.Next(1)
				synctest.Wait()
				require.Empty(t, u.errs)
				if cancelled {
					p.Cancel()
					up.WaitCancelled()
					inner.WaitCancelled()
				} else {
					cancel(errOther)
					p.ExpectError(errOther)
				}
				synctest.Wait()
				require.Equal(t, []error{numbered(0)}, u.errs, "%s, cancelled: %v", name, cancelled)
				cancel(nil)
			})
		}
	}
}
