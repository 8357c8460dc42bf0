package operators_test

import (
	"context"
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

func lastIs(v int) func(error) (int, error) { return func(error) (int, error) { return v, nil } }

// TestRecoverReplacesTheError by one element, whatever is asked for at a time.
func TestRecoverReplacesTheError(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range []int{0, 1, 2, 7, 256, 300} {
			for _, prefetch := range []int{1, 2, 7, 1000} {
				var told error
				src := operators.Recover(failing(k, errStop), func(err error) (int, error) { told = err; return k, nil })
				var got []int
				for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), src, sinks.WithPrefetch(prefetch)) {
					require.NoError(t, err)
					got = append(got, v)
				}
				require.Equal(t, numbersTo(k+1), got, "%d elements on %s, prefetch %d", k, on, prefetch)
				require.Equal(t, errStop, told)
			}
		}
	}
}

func TestRecoverOfWhatDoesNotFail(t *testing.T) {
	got, err := sinks.Slice(t.Context(), operators.Recover(sources.Of(1, 2), lastIs(9)))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, got)
}

// TestRecoverNeedsDemand for the last element; what it holds is counted.
func TestRecoverNeedsDemand(t *testing.T) {
	src := operators.Recover(failing(2, errStop), lastIs(9))
	require.EqualValues(t, 1, flow.Describe(src).MaxElements)
	flowtest.Expect(t, src).Request(2).Next(0, 1).NoSignal().Request(1).Next(9).Complete()
	flowtest.Expect(t, operators.Recover(sources.Error[int](errStop), lastIs(9))).NoSignal().Cancel().NoSignal()
}

// TestRecoverThatFails: an error needs no demand and names the stage.
func TestRecoverThatFails(t *testing.T) {
	give := func(f func() (int, error)) error {
		return flowtest.Expect(t, operators.Recover(failing(0, errStop), func(error) (int, error) { return f() },
			operators.WithName("it"))).Error(errOther)
	}
	err := give(func() (int, error) { return 0, errOther })
	require.EqualError(t, err, "it: other")
	err = give(func() (int, error) { panic(errOther) })
	require.ErrorIs(t, err, errStop, "the error that was to be replaced")
	var p *flow.PanicError
	require.ErrorAs(t, err, &p)
	require.Equal(t, "it", p.Stage)
	verifyGoexit(t, operators.Recover(failing(3, errStop), func(error) (int, error) { runtime.Goexit(); return 0, nil }), 3)
}

// TestRecoverOfPanics: f sees them, and decides.
func TestRecoverOfPanics(t *testing.T) {
	got, err := sinks.Slice(t.Context(), operators.Recover(
		operators.Map(sources.Of(1), func(int) int { panic(errStop) }), lastIs(9)))
	require.NoError(t, err)
	require.Equal(t, []int{9}, got)
}

// TestTheEndOfTheContextIsNotRecovered, wherever it comes.
func TestTheEndOfTheContextIsNotRecovered(t *testing.T) {
	for name, op := range map[string]func(publisher, func()) publisher{
		"recover": func(src publisher, called func()) publisher {
			return operators.Recover(src, func(error) (int, error) { called(); return 9, nil })
		},
		"resume": func(src publisher, called func()) publisher {
			return operators.Resume(src, func(error) (publisher, error) { called(); return sources.Of(9), nil })
		},
	} {
		for on, s := range schedulers {
			ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
			src := operators.Map(flowtest.Just(1, 2, 3), func(v int) int {
				if v == 2 {
					cancel(errStop)
				}
				return v
			})
			_, err := sinks.Slice(ctx, op(src, func() { t.Error("called", name, on) }))
			require.Equal(t, errStop, err)
		}
	}
}

// TestRecoverReleases the last element if it is not demanded.
func TestRecoverReleases(t *testing.T) {
	for name, end := range map[string]func(*flowtest.Probe[*token], context.CancelCauseFunc){
		"cancel":  func(p *flowtest.Probe[*token], _ context.CancelCauseFunc) { p.Cancel() },
		"context": func(_ *flowtest.Probe[*token], cancel context.CancelCauseFunc) { cancel(errStop) },
		"invalid": func(p *flowtest.Probe[*token], _ context.CancelCauseFunc) { p.Request(0) },
	} {
		synctest.Test(t, func(t *testing.T) {
			var m mint
			ctx, cancel := context.WithCancelCause(t.Context())
			p := flowtest.Subscribe(t, operators.Recover(sources.Error[*token](errStop), func(error) (*token, error) {
				return m.token(1), nil
			}), flowtest.WithContext(ctx))
			synctest.Wait()
			require.Len(t, m.all, 1)
			require.Zero(t, m.all[0].released.Load())
			end(p, cancel)
			synctest.Wait()
			m.require(t, name)
			cancel(nil)
		})
	}
}

func TestRecoverWrongArguments(t *testing.T) {
	require.PanicsWithValue(t, "operators.Recover: nil source", func() { operators.Recover(nil, lastIs(1)) })
	require.PanicsWithValue(t, "operators.Recover: nil function", func() { operators.Recover(sources.Of(1), nil) })
	require.PanicsWithValue(t, "operators.Resume: nil source", func() { operators.Resume(nil, goOn(1)) })
	require.PanicsWithValue(t, "operators.Resume: nil function", func() { operators.Resume(sources.Of(1), nil) })
}
