package operators_test

import (
	"context"
	"errors"
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

// TestConcatKeepsOrder, whatever the sources are and however little is asked
// for.
func TestConcatKeepsOrder(t *testing.T) {
	for name, test := range map[string]struct {
		srcs []publisher
		want []int
	}{
		"none":  {nil, nil},
		"empty": {[]publisher{sources.Empty[int](), sources.Empty[int]()}, nil},
		"one":   {[]publisher{sources.Of(1, 2)}, []int{1, 2}},
		"many": {[]publisher{
			sources.Of(1), sources.Empty[int](), sources.Of(2, 3), operators.Async(sources.Of(4, 5), 1),
			flowtest.Just(6, 7), foreign{sources.Of(8)}, operators.Take(sources.Of(9, 9), 1),
		}, numbersTo(10)[1:]},
	} {
		for on, s := range schedulers {
			ctx := scheduler.With(t.Context(), s())
			got, err := sinks.Slice(ctx, operators.Concat(test.srcs...))
			require.NoError(t, err)
			require.Equal(t, test.want, got, "%s on %s", name, on)
			for _, prefetch := range []int{1, 2, 3} {
				var one []int
				for v, err := range sinks.Seq(ctx, operators.Concat(test.srcs...), sinks.WithPrefetch(prefetch)) {
					require.NoError(t, err)
					one = append(one, v)
				}
				require.Equal(t, test.want, one, "%s on %s, prefetch %d", name, on, prefetch)
			}
		}
	}
}

func TestConcatOfNothing(t *testing.T) {
	flowtest.Expect(t, operators.Concat[int]()).Complete() // without demand
}

// TestConcatCarriesDemandOver: a source is asked for what the ones before it
// have left, and for nothing before its turn.
func TestConcatCarriesDemandOver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Concat[int](first, second))
		p.Request(5)
		synctest.Wait()
		require.EqualValues(t, 5, first.Requested())
		first.Next(1, 2)
		synctest.Wait()
		require.EqualValues(t, 5, first.Requested(), "what is on its way is not requested again")
		require.Zero(t, second.Subscribed())
		p.Request(1)
		synctest.Wait()
		require.EqualValues(t, 6, first.Requested())
		first.Complete()
		synctest.Wait()
		require.EqualValues(t, 4, second.Requested())
		second.NextBatch(3, 4)
		second.Next(5, 6)
		second.Complete()
		p.ExpectNext(1, 2, 3, 4, 5, 6)
		p.ExpectComplete()
		require.Zero(t, first.Cancelled()+second.Cancelled())
	})
}

// TestConcatWithoutDemand subscribes, asks for nothing, and sees ends.
func TestConcatWithoutDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		first, second := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.Concat[int](first, second))
		first.Complete()
		second.WaitSubscribed()
		synctest.Wait()
		require.Zero(t, first.Requested()+second.Requested())
		second.Error(errStop)
		p.ExpectError(errStop)
	})
}

// TestConcatError: what is behind a source that fails is not subscribed.
func TestConcatError(t *testing.T) {
	var w watched
	got, err := sinks.Slice(t.Context(), operators.Concat(sources.Of(1, 2), flowtest.Fail(errStop, 3), w.publisher()))
	require.ErrorIs(t, err, errStop)
	require.Equal(t, []int{1, 2, 3}, got)
	require.Zero(t, w.subscribed.Load())
}

// TestConcatDrain: a graph that drains starts no further source, also not one
// that does not listen.
func TestConcatDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := scheduler.NewGraph(t.Context(), "drain")
		var got []int
		last := flowtest.NewManual[int](t)
		g.Go(func() error {
			var err error
			got, err = sinks.Slice(ctx, operators.Concat(sources.Of(1, 2), sources.Never[int](), last))
			return err
		})
		synctest.Wait()
		_, err := g.Drain(t.Context())
		require.NoError(t, err)
		require.NoError(t, g.Wait())
		require.Equal(t, []int{1, 2}, got)
		require.Zero(t, last.Subscribed())
	})
}

// TestConcatPublisherThatPanics in Subscribe ends the stream, not the process.
func TestConcatPublisherThatPanics(t *testing.T) {
	broken := flow.PublisherFunc[int](func(context.Context, flow.Subscriber[int]) { panic(errStop) })
	late := flow.PublisherFunc[int](func(ctx context.Context, s flow.Subscriber[int]) {
		sources.Never[int]().Subscribe(ctx, s)
		panic(errStop)
	})
	for on, s := range schedulers {
		for _, src := range []publisher{broken, late} {
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Concat(sources.Of(1), src, sources.Of(2)))
			require.ErrorIs(t, err, errStop, on)
			var p *flow.PanicError
			require.ErrorAs(t, err, &p)
			require.Equal(t, []int{1}, got)
		}
	}
}

// TestConcatPublisherThatPanicsForOneWhoHasLeft does not end the process
// either: it is subscribed to all the same.
func TestConcatPublisherThatPanicsForOneWhoHasLeft(t *testing.T) {
	for on, s := range schedulers {
		subscribed := false
		broken := flow.PublisherFunc[int](func(context.Context, flow.Subscriber[int]) {
			subscribed = true
			panic(errStop)
		})
		g, _ := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
		scheduler.Subscribe(g, operators.Concat[int](broken), leavesAtOnce{})
		require.NoError(t, g.Wait())
		require.True(t, subscribed, on)
	}
}

// leavesAtOnce cancels in OnSubscribe.
type leavesAtOnce struct{}

func (leavesAtOnce) OnSubscribe(sub flow.Subscription) { sub.Cancel() }
func (leavesAtOnce) OnNext(int)                        { panic("an element") }
func (leavesAtOnce) OnError(error)                     { panic("an error") }
func (leavesAtOnce) OnComplete()                       { panic("completion") }

func TestConcatDescription(t *testing.T) {
	top := flow.Describe(operators.Concat(sources.Of(1), operators.Async(sources.Of(2), 8)))
	require.EqualValues(t, 8, top.MaxElements)
	require.Equal(t, []flow.TopologyEdge{{From: 2, To: 3}, {From: 1, To: 4}, {From: 3, To: 4}}, top.Edges)
	require.Equal(t, "concat#4", top.Stages[3].Name)
}

func TestConcatWrongArguments(t *testing.T) {
	require.PanicsWithValue(t, "operators.Concat: nil source 1", func() { operators.Concat(sources.Of(1), nil) })
}

// failing emits n numbers and then fails.
func failing(n int, err error) publisher {
	return operators.Concat(sources.Slice(numbersTo(n)), sources.Error[int](err))
}

var errOther = errors.New("other")
