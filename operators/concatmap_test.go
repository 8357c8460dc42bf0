package operators_test

import (
	"context"
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

// repeated returns v publishers' worth of elements: v, v times.
func repeated(v int) publisher {
	all := make([]int, v)
	for i := range all {
		all[i] = v
	}
	return sources.Slice(all)
}

func TestConcatMapKeepsOrder(t *testing.T) {
	var want []int
	for v := range 30 {
		for range v {
			want = append(want, v)
		}
	}
	for on, s := range schedulers {
		for how, f := range map[string]func(int) publisher{
			"native":  repeated,
			"async":   func(v int) publisher { return operators.Async(repeated(v), 3) },
			"foreign": func(v int) publisher { return foreign{repeated(v)} },
		} {
			ctx := scheduler.With(t.Context(), s())
			got, err := sinks.Slice(ctx, operators.ConcatMap(sources.Slice(numbersTo(30)), f))
			require.NoError(t, err)
			require.Equal(t, want, got, "%s on %s", how, on)
			var one []int
			for v, err := range sinks.Seq(ctx, operators.ConcatMap(sources.Slice(numbersTo(30)), f)) {
				require.NoError(t, err)
				one = append(one, v)
			}
			require.Equal(t, want, one, "%s on %s, one by one", how, on)
		}
	}
}

// TestConcatMapIsExact: upstream is asked for an element when the publisher
// before has ended and there is demand, and the publishers for what is left.
func TestConcatMapIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		inner := []*flowtest.Manual[int]{flowtest.NewManual[int](t), flowtest.NewManual[int](t)}
		p := flowtest.Subscribe(t, operators.ConcatMap(up, func(v int) publisher { return inner[v] }))
		synctest.Wait()
		require.Zero(t, up.Requested())
		p.Request(3)
		up.Next(0)
		inner[0].WaitRequested(3)
		synctest.Wait()
		require.EqualValues(t, 1, up.Requested())
		inner[0].Next(1, 2, 3)
		synctest.Wait()
		inner[0].Complete()
		synctest.Wait()
		require.EqualValues(t, 1, up.Requested(), "there is no demand")
		p.Request(2)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		up.Next(1)
		inner[1].Next(4)
		synctest.Wait()
		require.EqualValues(t, 2, inner[1].Requested())
		up.Complete()
		inner[1].Complete()
		p.ExpectNext(1, 2, 3, 4)
		p.ExpectComplete()
		require.Zero(t, up.Cancelled()+inner[0].Cancelled()+inner[1].Cancelled())
	})
}

// TestConcatMapErrors: that of a publisher comes at once and cancels upstream,
// that of upstream when the present publisher has ended.
func TestConcatMapErrors(t *testing.T) {
	start := func(t *testing.T) (up, inner *flowtest.Manual[int], p *flowtest.Probe[int]) {
		up, inner = flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		p = flowtest.Subscribe(t, operators.ConcatMap(up, func(int) publisher { return inner }))
		p.Request(5)
		up.Next(0)
		inner.Next(1)
		return up, inner, p
	}
	synctest.Test(t, func(t *testing.T) {
		up, inner, p := start(t)
		up.Error(errStop)
		inner.Next(2)
		synctest.Wait()
		require.NoError(t, p.Err())
		inner.Complete()
		p.ExpectNext(1, 2)
		p.ExpectError(errStop)
	})
	synctest.Test(t, func(t *testing.T) {
		up, inner, p := start(t)
		inner.Error(errStop)
		p.ExpectNext(1)
		p.ExpectError(errStop)
		require.Equal(t, 1, up.Cancelled())
		require.Zero(t, inner.Cancelled())
	})
}

// TestConcatMapErrorInHand: an element that came before upstream's error is
// still taken to its publisher.
func TestConcatMapErrorInHand(t *testing.T) {
	for on, s := range schedulers {
		got, err := sinks.Slice(scheduler.With(t.Context(), s()),
			operators.ConcatMap(flowtest.Fail(errStop, 1, 2), repeated))
		require.ErrorIs(t, err, errStop)
		require.Equal(t, []int{1, 2, 2}, got, on)
	}
}

// TestConcatMapNilPublisher ends the stream with an error that names the stage.
func TestConcatMapNilPublisher(t *testing.T) {
	var w watched
	src := operators.ConcatMap(w.publisher(), func(v int) publisher {
		if v == 3 {
			return nil
		}
		return sources.Of(v)
	}, operators.WithName("pages"))
	got, err := sinks.Slice(t.Context(), src)
	require.Equal(t, []int{0, 1, 2}, got)
	var e *flow.StageError
	require.ErrorAs(t, err, &e)
	require.Equal(t, "pages", e.Stage)
	require.EqualError(t, err, "pages: nil Publisher")
	w.require(t)
}

// TestConcatMapDescription: what f's publishers hold cannot be known.
func TestConcatMapDescription(t *testing.T) {
	top := flow.Describe(operators.ConcatMap(sources.Of(1), repeated))
	require.Equal(t, flow.UnknownCapacity, top.MaxElements)
	require.Equal(t, "concatmap#2", top.Stages[1].Name)
}

func TestConcatMapWrongArguments(t *testing.T) {
	require.PanicsWithValue(t, "operators.ConcatMap: nil source",
		func() { operators.ConcatMap[int, int](nil, repeated) })
	require.PanicsWithValue(t, "operators.ConcatMap: nil function",
		func() { operators.ConcatMap[int, int](sources.Of(1), nil) })
}

// TestConcatMapAfterTheEnd: with a context that has ended f is not called, and
// upstream is told.
func TestConcatMapAfterTheEnd(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	src := operators.ConcatMap(sources.Of(1), func(v int) publisher { t.Error("called"); return sources.Of(v) })
	_, err := sinks.Slice(ctx, src)
	require.ErrorIs(t, err, errStop)
	p := flowtest.Subscribe(t, src, flowtest.WithContext(ctx))
	p.ExpectError(errStop)
}
