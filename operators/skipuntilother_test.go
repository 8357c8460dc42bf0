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

// TestOtherOpensTheStream with an element or its completion; its error ends the
// stream.
func TestOtherOpensTheStream(t *testing.T) {
	for name, signal := range map[string]func(other *flowtest.Manual[int]){
		"element":  func(other *flowtest.Manual[int]) { other.Next(1) },
		"complete": func(other *flowtest.Manual[int]) { other.Complete() },
		"error":    func(other *flowtest.Manual[int]) { other.Error(errStop) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up, other := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
				p := flowtest.Subscribe(t, operators.SkipUntilOther(up, other))
				synctest.Wait()
				require.Zero(t, up.Requested())
				require.EqualValues(t, 1, other.Requested())
				p.Request(2)
				synctest.Wait()
				require.EqualValues(t, 2, up.Requested())
				up.Next(1, 2)
				synctest.Wait()
				require.Empty(t, p.Values())
				require.EqualValues(t, 4, up.Requested(), "others for those that were not emitted")
				signal(other)
				synctest.Wait()
				require.Equal(t, name == "element", other.Cancelled() == 1)
				if name == "error" {
					_ = p.ExpectError(errStop)
					up.WaitCancelled()
					return
				}
				up.Next(3, 4)
				synctest.Wait()
				require.Equal(t, []int{3, 4}, p.Values())
				require.EqualValues(t, 4, up.Requested())
				up.Complete()
				synctest.Wait()
				require.True(t, p.Completed())
			})
		})
	}
}

// TestOtherThatOpensIsCancelled when the stream ends before it has.
func TestOtherThatOpensIsCancelled(t *testing.T) {
	for name, end := range map[string]func(p *flowtest.Probe[int], up *flowtest.Manual[int]){
		"cancel":   func(p *flowtest.Probe[int], _ *flowtest.Manual[int]) { p.Cancel() },
		"complete": func(_ *flowtest.Probe[int], up *flowtest.Manual[int]) { up.Complete() },
		"error":    func(_ *flowtest.Probe[int], up *flowtest.Manual[int]) { up.Error(errStop) },
	} {
		synctest.Test(t, func(t *testing.T) {
			up, other := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
			p := flowtest.Subscribe(t, operators.SkipUntilOther(up, other))
			p.Request(3)
			synctest.Wait()
			up.Next(1)
			synctest.Wait()
			end(p, up)
			other.WaitCancelled()
			synctest.Wait()
			require.Equal(t, 1, other.Cancelled(), name)
			require.Empty(t, p.Values(), name)
			require.Equal(t, name == "complete", p.Completed())
			require.Equal(t, name == "error", p.Err() != nil)
		})
	}
}

// TestSkipUntilOtherLetsGo of the elements before, and of that of other.
func TestSkipUntilOtherLetsGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m mint
		up, other := flowtest.NewManual[*token](t), flowtest.NewManual[*token](t)
		p := flowtest.Subscribe(t, operators.SkipUntilOther(up, other))
		p.Request(9)
		synctest.Wait()
		up.Next(m.token(1), m.token(2))
		synctest.Wait()
		other.Next(m.token(3))
		synctest.Wait()
		for _, tok := range m.all {
			require.EqualValues(t, flow.Filtered, tok.reason.Load())
		}
		last := m.token(4)
		up.Next(last)
		synctest.Wait()
		require.Equal(t, []*token{last}, p.Values())
		last.consumed.Add(1)
		p.Cancel()
		synctest.Wait()
		m.require(t, "at cancel")
	})
}

// TestOtherThatHasSignalledSkipsLittle: on every scheduler the stream opens.
func TestOtherThatHasSignalledSkipsLittle(t *testing.T) {
	for on, s := range schedulers {
		for name, other := range map[string]flow.Publisher[string]{
			"of": sources.Of("x"), "empty": sources.Empty[string](),
		} {
			ctx := scheduler.With(t.Context(), s())
			endless := operators.Repeat(sources.Of(1), flow.Unbounded)
			n, err := sinks.Fold(ctx, operators.Take(operators.SkipUntilOther(endless, other), 3), 0, add)
			require.NoError(t, err, "%s on %s", name, on)
			require.Equal(t, 3, n, "%s on %s", name, on)
		}
	}
}

// TestOtherThatDoesNotSubscribeOpensNothing: the stream fails.
func TestOtherThatDoesNotSubscribeOpensNothing(t *testing.T) {
	for name, leave := range map[string]func(){"panic": func() { panic(errStop) }, "goexit": runtime.Goexit} {
		p := flowtest.Subscribe(t, operators.SkipUntilOther(sources.Never[int](),
			flow.PublisherFunc[int](func(context.Context, flow.Subscriber[int]) { leave() })))
		p.WaitDone()
		var e *flow.PanicError
		require.ErrorAs(t, p.Err(), &e, name)
	}
}

// TestSkipUntilOtherUnderAnEndedContext emits nothing.
func TestSkipUntilOtherUnderAnEndedContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	got, err := sinks.Slice(ctx, operators.SkipUntilOther(sources.Of(1), sources.Empty[int]()))
	require.ErrorIs(t, err, errStop)
	require.Empty(t, got)
}

func TestWrongArgumentsOfSkipUntilOtherPanicAtAssembly(t *testing.T) {
	src := sources.Of(1)
	require.PanicsWithValue(t, "operators.SkipUntilOther: nil source", func() { operators.SkipUntilOther[int](nil, src) })
	require.PanicsWithValue(t, "operators.SkipUntilOther: nil other", func() { operators.SkipUntilOther[int, int](src, nil) })
}
