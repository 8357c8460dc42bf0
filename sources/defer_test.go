package sources_test

import (
	"context"
	"errors"
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

type deferKey struct{}

func onAll(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	for name, s := range map[string]scheduler.Scheduler{
		"default": scheduler.Default(), "inline": scheduler.Inline(), "seeded": scheduler.NewSeeded(1),
	} {
		t.Run(name, func(t *testing.T) { f(t, scheduler.With(t.Context(), s)) })
	}
}

// TestDeferBuildsForEachSubscription, and not before; f gets the context of
// that subscription, without its place in the stream.
func TestDeferBuildsForEachSubscription(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		calls := 0
		src := sources.Defer(func(ctx context.Context) (flow.Publisher[int], error) {
			require.Equal(t, calls, ctx.Value(deferKey{}))
			calls++
			within, err := sinks.First(ctx, sources.Of(calls)) // a stream of its own
			return sources.Of(within, 10*within), err
		})
		require.Zero(t, calls)
		for k := range 3 {
			got, err := sinks.Slice(context.WithValue(ctx, deferKey{}, k), src)
			require.NoError(t, err)
			require.Equal(t, []int{k + 1, 10 * (k + 1)}, got)
		}
	})
}

// TestDeferThatFails ends its own subscription only, with an error that names
// the stage.
func TestDeferThatFails(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		calls := 0
		src := sources.Defer(func(context.Context) (flow.Publisher[int], error) {
			switch calls++; calls {
			case 1:
				return nil, errTest
			case 2:
				panic(errTest)
			case 3:
				return nil, nil //nolint:nilnil // on purpose
			case 4:
				return sources.Of(1), errTest
			}
			return sources.Of(7), nil
		}, sources.WithName("it"))
		for _, text := range []string{"it: test", "it: panic: test", "it: nil Publisher", "it: test"} {
			_, err := sinks.Slice(ctx, src)
			require.EqualError(t, err, text)
			if calls != 3 {
				require.ErrorIs(t, err, errTest)
			}
		}
		got, err := sinks.Slice(ctx, src)
		require.NoError(t, err)
		require.Equal(t, []int{7}, got)
	})
}

// TestDeferGoexit ends the stream, and with it the goroutine.
func TestDeferGoexit(t *testing.T) {
	onAll(t, func(t *testing.T, ctx context.Context) {
		var err error
		returned, done := false, make(chan struct{})
		go func() {
			defer close(done)
			_, err = sinks.Slice(ctx, operators.Async(sources.Defer(func(context.Context) (flow.Publisher[int], error) {
				runtime.Goexit()
				return sources.Of(1), nil
			}), 4))
			returned = true
		}()
		<-done
		if returned {
			require.ErrorIs(t, err, flow.ErrGoexit)
		}
	})
}

// TestDeferTooLate: when the stream is over, f is not called.
func TestDeferTooLate(t *testing.T) {
	src := sources.Defer(func(context.Context) (flow.Publisher[int], error) {
		t.Error("called")
		return sources.Of(1), nil
	})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTest)
	_, err := sinks.Slice(ctx, src)
	require.Equal(t, errTest, err)
	g, _ := scheduler.NewGraph(t.Context(), "g")
	scheduler.Subscribe(g, src, leaver{})
	require.NoError(t, g.Wait())
	flowtest.Expect(t, operators.Take(src, 0)).Complete()
}

// leaver cancels at once.
type leaver struct{}

func (leaver) OnSubscribe(sub flow.Subscription) { sub.Request(1); sub.Cancel() }
func (leaver) OnNext(int)                        { panic("an element") }
func (leaver) OnError(error)                     { panic("an error") }
func (leaver) OnComplete()                       { panic("completion") }

// TestDeferIsExact: demand goes to the publisher as it is.
func TestDeferIsExact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, sources.Defer(func(context.Context) (flow.Publisher[int], error) { return up, nil }))
		synctest.Wait()
		require.Equal(t, 1, up.Subscribed(), "also without demand")
		require.Zero(t, up.Requested())
		p.Request(3)
		up.Next(1)
		synctest.Wait()
		require.EqualValues(t, 3, up.Requested())
		p.Cancel()
		synctest.Wait()
		require.Equal(t, 1, up.Cancelled())
	})
}

// TestDeferInAGraph that drains: f is not called any more.
func TestDeferInAGraph(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		attempts := 0
		failing := sources.Defer(func(context.Context) (flow.Publisher[int], error) {
			attempts++
			return sources.Never[int](), nil
		})
		g.Go(func() error { return sinks.Discard(ctx, operators.Concat(failing, failing)) })
		synctest.Wait()
		_, err := g.Drain(t.Context())
		require.NoError(t, err)
		require.NoError(t, g.Wait())
		require.Equal(t, 1, attempts)
	})
}

// TestDeferNames: the stages of its publisher are named after it.
func TestDeferNames(t *testing.T) {
	src := sources.Defer(func(context.Context) (flow.Publisher[int], error) {
		return operators.Map(sources.Of(1), func(int) int { panic(errTest) }), nil
	})
	_, err := sinks.Slice(t.Context(), src)
	var p *flow.PanicError
	require.True(t, errors.As(err, &p))
	require.Equal(t, "defer#1/map#2", p.Stage)
	require.Equal(t, flow.UnknownCapacity, flow.Describe(src).MaxElements)
}

func TestDeferWrongArguments(t *testing.T) {
	require.PanicsWithValue(t, "sources.Defer: nil function", func() { sources.Defer[int](nil) })
}
