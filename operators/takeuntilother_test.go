package operators_test

import (
	"context"
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

// TestOtherEndsTheStream with its first signal, whatever that is.
func TestOtherEndsTheStream(t *testing.T) {
	for name, signal := range map[string]func(other *flowtest.Manual[int]){
		"element":  func(other *flowtest.Manual[int]) { other.Next(1) },
		"complete": func(other *flowtest.Manual[int]) { other.Complete() },
		"error":    func(other *flowtest.Manual[int]) { other.Error(errStop) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				up, other := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
				p := flowtest.Subscribe(t, operators.TakeUntilOther(up, other))
				synctest.Wait()
				require.Zero(t, up.Requested())
				require.EqualValues(t, 1, other.Requested())
				p.Request(3)
				synctest.Wait()
				require.EqualValues(t, 3, up.Requested())
				up.Next(1, 2)
				synctest.Wait()
				signal(other)
				up.WaitCancelled()
				synctest.Wait()
				p.ExpectNext(1, 2)
				if name == "error" {
					_ = p.ExpectError(errStop)
				} else {
					p.ExpectComplete()
				}
				require.Equal(t, name == "element", other.Cancelled() == 1)
				require.EqualValues(t, 1, other.Requested())
				up.ForceNext(3)
				require.Equal(t, 2, p.Count())
			})
		})
	}
}

// TestOtherNeedsNoDemand to end the stream.
func TestOtherNeedsNoDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.TakeUntilOther(up, sources.Timer(time.Second)))
		time.Sleep(time.Second)
		synctest.Wait()
		p.ExpectComplete()
		up.WaitCancelled()
	})
}

// TestOtherIsCancelled when the stream ends in another way.
func TestOtherIsCancelled(t *testing.T) {
	for name, end := range map[string]func(p *flowtest.Probe[int], up *flowtest.Manual[int], cancel context.CancelCauseFunc){
		"cancel":   func(p *flowtest.Probe[int], _ *flowtest.Manual[int], _ context.CancelCauseFunc) { p.Cancel() },
		"complete": func(_ *flowtest.Probe[int], up *flowtest.Manual[int], _ context.CancelCauseFunc) { up.Complete() },
		"error":    func(_ *flowtest.Probe[int], up *flowtest.Manual[int], _ context.CancelCauseFunc) { up.Error(errStop) },
		"context":  func(_ *flowtest.Probe[int], _ *flowtest.Manual[int], cancel context.CancelCauseFunc) { cancel(errStop) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				up, other := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
				p := flowtest.Subscribe(t, operators.TakeUntilOther(up, other), flowtest.WithContext(ctx))
				p.Request(3)
				synctest.Wait()
				up.Next(1)
				synctest.Wait()
				end(p, up, cancel)
				synctest.Wait()
				if name != "context" { // which ends other by itself
					other.WaitCancelled()
					require.Equal(t, 1, other.Cancelled())
				}
				require.Equal(t, name == "complete", p.Completed())
				other.ForceNext(1)
				other.ForceComplete()
				synctest.Wait()
				cancel(nil)
			})
		})
	}
}

// TestOtherThatHasSignalledLeavesNothing: it is subscribed first.
func TestOtherThatHasSignalledLeavesNothing(t *testing.T) {
	for on, s := range schedulers {
		for name, other := range map[string]flow.Publisher[string]{
			"of": sources.Of("x"), "empty": sources.Empty[string](),
		} {
			ctx := scheduler.With(t.Context(), s())
			n, err := sinks.Fold(ctx, operators.TakeUntilOther(operators.Repeat(sources.Of(1), flow.Unbounded), other), 0, add)
			require.NoError(t, err, "%s on %s", name, on)
			require.LessOrEqual(t, n, 1, "%s on %s", name, on)
		}
	}
}

// TestOtherReleasesItsElement.
func TestOtherReleasesItsElement(t *testing.T) {
	var m mint
	other := sources.Of(m.token(1), m.token(2))
	got, err := sinks.Slice(scheduler.With(t.Context(), scheduler.Inline()), operators.TakeUntilOther(sources.Never[int](), other))
	require.NoError(t, err)
	require.Empty(t, got)
	require.EqualValues(t, 1, m.all[0].released.Load())
	require.EqualValues(t, flow.Filtered, m.all[0].reason.Load())
}

// TestOtherThatDoesNotSubscribe ends the stream with an error.
func TestOtherThatDoesNotSubscribe(t *testing.T) {
	for name, leave := range map[string]func(){"panic": func() { panic(errStop) }, "goexit": runtime.Goexit} {
		p := flowtest.Subscribe(t, operators.TakeUntilOther(sources.Never[int](),
			flow.PublisherFunc[int](func(context.Context, flow.Subscriber[int]) { leave() })))
		p.WaitDone()
		var e *flow.PanicError
		require.ErrorAs(t, p.Err(), &e, name)
	}
}

// TestOtherOfAStreamWithoutSubscriber is subscribed and cancelled.
func TestOtherOfAStreamWithoutSubscriber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up, other := flowtest.NewManual[int](t), flowtest.NewManual[int](t)
		operators.TakeUntilOther(up, other).Subscribe(t.Context(), &leavesEarly{})
		synctest.Wait()
		require.Equal(t, []int{1, 1}, []int{up.Subscribed(), other.Subscribed()})
		require.Equal(t, []int{1, 1}, []int{up.Cancelled(), other.Cancelled()})
		require.Zero(t, other.Requested())
	})
}

// leavesEarly cancels at once.
type leavesEarly struct{ flow.Subscriber[int] }

func (*leavesEarly) OnSubscribe(sub flow.Subscription) { sub.Cancel() }
