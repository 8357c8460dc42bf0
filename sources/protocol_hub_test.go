package sources_test

import (
	"context"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sources"
)

// fed lets a goroutine emit n elements into a new hub for each subscriber.
func fed(n int, newHub func() *sources.Hub[int], end func(*sources.Hub[int])) flow.Publisher[int] {
	return flow.PublisherFunc[int](func(ctx context.Context, s flow.Subscriber[int]) {
		h := newHub()
		h.Subscribe(ctx, s)
		go func() {
			for i := 0; i < n && h.Emit(ctx, i).Accepted(); i++ {
			}
			end(h)
		}()
	})
}

func TestProtocolOfHub(t *testing.T) {
	for _, strategy := range []flow.Overflow{flow.Block, flow.DropIncoming, flow.DropOldest, flow.Fail} {
		t.Run(strategy.String(), func(t *testing.T) {
			t.Parallel()
			capacity := 16
			if strategy != flow.Block {
				capacity = 1 << 17 // nothing is to be lost
			}
			newHub := func() *sources.Hub[int] { return sources.NewHub[int](capacity, strategy) }
			flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
				New: func(n int) flow.Publisher[int] { return fed(n, newHub, (*sources.Hub[int]).Complete) },
				Failed: func() flow.Publisher[int] {
					return fed(0, newHub, func(h *sources.Hub[int]) { h.Fail(errTest) })
				},
				Err: errTest, Want: func(i int) int { return i }, Max: 100000,
			})
		})
	}
}

func TestProtocolOfReplayHub(t *testing.T) {
	t.Parallel()
	full := func(n int) *sources.Hub[int] {
		h := sources.NewReplayHub[int](max(n, 1), 4, flow.Block)
		for i := range n {
			h.TryEmit(i)
		}
		return h
	}
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
		New: func(n int) flow.Publisher[int] {
			h := full(n)
			h.Complete()
			return h
		},
		Failed: func() flow.Publisher[int] {
			h := full(0)
			h.Fail(errTest)
			return h
		},
		Err: errTest, Want: func(i int) int { return i }, Max: 100000,
	})
}

func TestProtocolOfStateHub(t *testing.T) {
	t.Parallel()
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
		New: func(n int) flow.Publisher[int] {
			if n == 0 {
				h := sources.NewStateHub(0, 1, flow.Block)
				h.Complete()
				return h
			}
			return flow.PublisherFunc[int](func(ctx context.Context, s flow.Subscriber[int]) {
				h := sources.NewStateHub(0, 4, flow.Block)
				h.Subscribe(ctx, s)
				go func() {
					for i := 1; i < n && h.Emit(ctx, i).Accepted(); i++ {
					}
					h.Complete()
				}()
			})
		},
		Want: func(i int) int { return i }, Max: 100000,
	})
}
