package operators_test

import (
	"context"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// slowToCancel is a subscription whose Cancel takes as long as leaving does.
type slowToCancel struct {
	asked   atomic.Int64
	leaving func()
}

func (s *slowToCancel) Request(n int64) { s.asked.Add(n) }
func (s *slowToCancel) Cancel()         { s.leaving() }

// canceller asks for everything.
type canceller struct{ up flow.Subscription }

func (l *canceller) OnSubscribe(up flow.Subscription) { l.up = up; up.Request(flow.Unbounded) }
func (*canceller) OnNext(int)                         {}
func (*canceller) OnError(error)                      {}
func (*canceller) OnComplete()                        {}

// TestMapAsyncAsksForNothingWhileItIsCancelled: a call that returns in the
// middle of a Cancel makes room that nobody is going to use.
func TestMapAsyncAsksForNothingWhileItIsCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up, down, called := &slowToCancel{}, &canceller{}, make(chan struct{})
		var in flow.Subscriber[int]
		src := flow.PublisherFunc[int](func(_ context.Context, s flow.Subscriber[int]) {
			in = s
			s.OnSubscribe(up)
		})
		operators.MapAsync(src, 1, func(_ context.Context, v int) (int, error) {
			<-called
			return v, nil
		}).Subscribe(t.Context(), down)
		synctest.Wait()
		in.OnNext(0)
		synctest.Wait()
		asked := up.asked.Load()
		require.Positive(t, asked)
		up.leaving = func() {
			close(called)
			synctest.Wait()
		}
		down.up.Cancel()
		synctest.Wait()
		require.Equal(t, asked, up.asked.Load())
	})
}
