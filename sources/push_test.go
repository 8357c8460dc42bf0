package sources_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

type emitter = sources.Emitter[int]

// pushed returns a source whose emitter comes out of the channel.
func pushed(capacity int, strategy flow.Overflow) (flow.Publisher[int], <-chan *emitter) {
	c := make(chan *emitter, 1)
	return sources.Push(capacity, strategy, func(_ context.Context, out *emitter) error {
		c <- out
		return nil
	}, sources.WithName("it")), c
}

// TestPushStrategies: what Emit says, and what is emitted later.
func TestPushStrategies(t *testing.T) {
	const (
		accepted  = sources.Accepted
		displaced = sources.Displaced
		dropped   = sources.Dropped
		over      = sources.Overflowed
		closed    = sources.Closed
	)
	for _, test := range []struct {
		strategy flow.Overflow
		capacity int
		said     []sources.Emission // of 0, 1, 2, 3
		want     []int
		err      error
	}{
		{flow.DropOldest, 2, []sources.Emission{accepted, accepted, displaced, displaced}, []int{2, 3}, nil},
		{flow.DropIncoming, 2, []sources.Emission{accepted, accepted, dropped, dropped}, []int{0, 1}, nil},
		{flow.Latest, 1, []sources.Emission{accepted, displaced, displaced, displaced}, []int{3}, nil},
		{flow.Fail, 2, []sources.Emission{accepted, accepted, over, closed}, []int{0, 1}, flow.ErrOverflow},
		{flow.Block, 4, []sources.Emission{accepted, accepted, accepted, accepted}, []int{0, 1, 2, 3}, nil},
	} {
		t.Run(test.strategy.String(), func(t *testing.T) {
			src, c := pushed(test.capacity, test.strategy)
			p := flowtest.Subscribe(t, src)
			out := <-c
			for i, want := range test.said {
				require.Equal(t, want, out.Emit(i), "Emit(%d)", i)
			}
			p.ExpectNoSignal(20 * time.Millisecond)
			p.Request(int64(len(test.want)))
			p.ExpectNext(test.want...)
			if test.err == nil {
				out.Complete()
				p.ExpectComplete()
			} else {
				require.EqualError(t, p.ExpectError(test.err), "it: flow: buffer full")
			}
			require.Equal(t, closed, out.Emit(9))
		})
	}
}

func TestEmissionSaysWhetherItIsAccepted(t *testing.T) {
	for e, want := range map[sources.Emission]string{
		sources.Accepted: "accepted", sources.Displaced: "displaced", sources.Dropped: "dropped",
		sources.Overflowed: "overflowed", sources.Closed: "closed", 0: "", 99: "unknown",
	} {
		require.Equal(t, want, e.String())
		require.Equal(t, e == sources.Accepted || e == sources.Displaced, e.Accepted())
	}
}

// TestPushBlocks: Emit waits for room, and for no longer than the stream lasts.
func TestPushBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, c := pushed(2, flow.Block)
		p := flowtest.Subscribe(t, src)
		out := <-c
		said := make(chan sources.Emission, 10)
		go func() {
			for i := range 6 {
				said <- out.Emit(i)
			}
		}()
		for _, n := range []int{0, 1, 1, 2} { // demand
			if n > 0 {
				p.Request(int64(n))
			}
			synctest.Wait()
			require.Len(t, said, 2+p.Count())
		}
		require.Equal(t, []int{0, 1, 2, 3}, p.Values())
		p.ExpectNext(0, 1, 2, 3)
		p.Cancel()
		p.Cancel()
		synctest.Wait()
		require.Len(t, said, 6)

		src, c = pushed(1, flow.Block)
		p = flowtest.Subscribe(t, src)
		out = <-c
		for range 5 {
			go func() { said <- out.Emit(1) }()
		}
		synctest.Wait()
		require.Len(t, said, 7, "one has room")
		p.Cancel()
		synctest.Wait()
		require.Len(t, said, 11-1)
		for range 6 {
			require.Equal(t, sources.Accepted, <-said)
		}
		require.Equal(t, sources.Accepted, <-said)
		for range 3 {
			require.Equal(t, sources.Closed, <-said)
		}
	})
}

// TestPushTellsItsEnd: the context of start, Done and a waiting start learn of
// it, and the sink waits for start to return.
func TestPushTellsItsEnd(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context, src flow.Publisher[int]) error{
		"cancel": func(ctx context.Context, src flow.Publisher[int]) error {
			_, err := sinks.First(ctx, src)
			return err
		},
		"error": func(ctx context.Context, src flow.Publisher[int]) error { return failAt(ctx, src, 0) },
		"context": func(ctx context.Context, src flow.Publisher[int]) error {
			ctx, cancel := context.WithCancelCause(ctx)
			return sinks.ForEach(ctx, src, func(context.Context, int) error { cancel(errTest); return nil })
		},
		"drain": func(ctx context.Context, src flow.Publisher[int]) error {
			g, ctx := scheduler.NewGraph(ctx, "g")
			drained := make(chan error, 1)
			g.Go(func() error {
				return sinks.ForEach(ctx, src, func(context.Context, int) error {
					go func() { _, err := g.Drain(ctx); drained <- err }()
					return nil
				})
			})
			return errors.Join(g.Wait(), <-drained)
		},
		"complete": func(ctx context.Context, src flow.Publisher[int]) error { return sinks.Discard(ctx, src) },
	} {
		for on, s := range schedulers {
			if on == "seeded" && name == "drain" {
				continue // Drain comes from another goroutine
			}
			t.Run(name+" on "+on, func(t *testing.T) {
				unregistered := false
				src := sources.Push(1, flow.Block, func(ctx context.Context, out *emitter) error {
					out.Emit(0)
					if name == "complete" {
						out.Complete()
					}
					<-ctx.Done()
					<-out.Done()
					unregistered = true
					return ctx.Err()
				})
				if err := end(scheduler.With(t.Context(), s()), src); err != nil {
					require.ErrorIs(t, err, errTest)
				}
				require.True(t, unregistered)
			})
		}
	}
}

// TestPushDrains: what has been accepted is delivered.
func TestPushDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src, c := pushed(10, flow.DropIncoming)
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		p := flowtest.NewProbe[int](t)
		scheduler.Subscribe(g, src, flow.Subscriber[int](p))
		out := <-c
		for i := range 3 {
			require.Equal(t, sources.Accepted, out.Emit(i))
		}
		drained := make(chan error, 1)
		go func() { _, err := g.Drain(ctx); drained <- err }()
		<-out.Done()
		require.Equal(t, sources.Closed, out.Emit(3))
		p.Request(3)
		p.ExpectNext(0, 1, 2)
		p.ExpectComplete()
		require.NoError(t, <-drained)
		require.NoError(t, g.Wait())
	})
}

// TestPushFails: with the error that start returns or Fail was told, or a panic
// in start, behind what was accepted.
func TestPushFails(t *testing.T) {
	for name, test := range map[string]struct {
		start func(ctx context.Context, out *emitter) error
		text  string
		err   error
	}{
		"error": {func(context.Context, *emitter) error { return errTest }, "it: test", errTest},
		"fail":  {func(_ context.Context, out *emitter) error { out.Fail(errTest); return nil }, "it: test", errTest},
		"nil":   {func(_ context.Context, out *emitter) error { out.Fail(nil); return nil }, "it: flow: protocol violation\nFail with a nil error", flow.ErrProtocol},
		"panic": {func(context.Context, *emitter) error { panic(errTest) }, "it: panic: test", errTest},
		"goexit": {func(context.Context, *emitter) error { runtime.Goexit(); return nil },
			"it: flow: runtime.Goexit was called", flow.ErrGoexit},
	} {
		for on, s := range schedulers {
			src := sources.Push(4, flow.Fail, func(ctx context.Context, out *emitter) error {
				out.Emit(0)
				out.Emit(1)
				return test.start(ctx, out)
			}, sources.WithName("it"))
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
			require.Equal(t, []int{0, 1}, got, "%s on %s", name, on)
			require.EqualError(t, err, test.text)
			require.ErrorIs(t, err, test.err)
		}
	}
}

// TestPushLateErrors are not lost: only what start returns when it was told to
// stop is no news.
func TestPushLateErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := new(observer)
		var out *emitter
		src := sources.Push(4, flow.Fail, func(_ context.Context, e *emitter) error {
			out = e
			out.Complete()
			return errTest
		}, sources.WithName("it"))
		require.NoError(t, sinks.Discard(flow.WithObserver(t.Context(), o), src))
		require.Empty(t, o.errs)
		out.Fail(errTest)
		require.Len(t, o.errs, 1)
		require.ErrorIs(t, o.errs[0], errTest)
		out.Complete()
		require.Equal(t, sources.Closed, out.Emit(1))
	})
}

// TestPushThatDoesNotBegin: when the stream has ended before.
func TestPushThatDoesNotBegin(t *testing.T) {
	never := sources.Push(1, flow.Fail, func(context.Context, *emitter) error { t.Error("called"); return nil })
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errTest)
	require.ErrorIs(t, sinks.Discard(ctx, never), errTest)

	require.NoError(t, sinks.Discard(t.Context(), operators.Take(never, 0)))

	g, ctx := scheduler.NewGraph(t.Context(), "g")
	_, err := g.Drain(ctx)
	require.NoError(t, err)
	g.Go(func() error { return sinks.Discard(ctx, never) })
	require.NoError(t, g.Wait())
}

// TestPushIsCold: start is called once for each subscription, and Emit may be
// called from inside the stream unless it waits.
func TestPushIsCold(t *testing.T) {
	calls := 0
	src := sources.Push(4, flow.DropIncoming, func(_ context.Context, out *emitter) error {
		calls++
		out.Emit(calls)
		out.Complete()
		return nil
	})
	for i := 1; i < 4; i++ {
		got, err := sinks.Slice(t.Context(), src)
		require.NoError(t, err)
		require.Equal(t, []int{i}, got)
	}

	src, c := pushed(4, flow.DropIncoming)
	var out *emitter
	n := 0
	require.NoError(t, sinks.ForEach(t.Context(), sources.Push(4, flow.DropIncoming, func(_ context.Context, e *emitter) error {
		out = e
		out.Emit(0)
		return nil
	}), func(_ context.Context, v int) error {
		if n++; v == 9 {
			out.Complete()
		} else {
			require.Equal(t, sources.Accepted, out.Emit(v+1))
		}
		return nil
	}))
	require.Equal(t, 10, n)
	flowtest.Expect(t, src).NoSignal().Cancel()
	out = <-c
	<-out.Done()
	require.Equal(t, sources.Closed, out.Emit(0))
}

// TestPushUnderASeed: the same seed gives the same run.
func TestPushUnderASeed(t *testing.T) {
	for seed := range uint64(20) {
		flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
			got, err := sinks.Slice(ctx, operators.Async(sources.Push(8, flow.Block, func(_ context.Context, out *emitter) error {
				for i := range 300 {
					out.Emit(i)
				}
				out.Complete()
				return nil
			}), 4))
			require.NoError(t, err)
			require.Equal(t, numbers(300), got)
		})
	}
}

func TestPushArguments(t *testing.T) {
	start := func(context.Context, *emitter) error { return nil }
	for text, f := range map[string]func(){
		"sources.Push: capacity 0, must be at least 1":  func() { sources.Push(0, flow.Block, start) },
		"sources.Push: capacity -1, must be at least 1": func() { sources.Push(-1, flow.Block, start) },
		"sources.Push: unknown strategy 0":              func() { sources.Push(1, 0, start) },
		"sources.Push: unknown strategy 200":            func() { sources.Push(1, 200, start) },
		"sources.Push: capacity 2, flow.Latest keeps 1": func() { sources.Push(2, flow.Latest, start) },
		"sources.Push: nil function":                    func() { sources.Push[int](1, flow.Block, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
	top := flow.Describe(sources.Push(7, flow.DropOldest, start))
	require.EqualValues(t, 7, top.MaxElements)
	require.Equal(t, "drop-oldest", top.Stages[0].Strategy)
}
