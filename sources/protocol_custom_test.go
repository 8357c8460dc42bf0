package sources_test

import (
	"context"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sources"
)

func TestProtocolOfSeq2(t *testing.T) {
	t.Parallel()
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
		New: func(n int) flow.Publisher[int] {
			return sources.Seq2(func(yield func(int, error) bool) {
				for i := range n {
					if !yield(i, nil) {
						return
					}
				}
			})
		},
		Failed: func() flow.Publisher[int] {
			return sources.Seq2(func(yield func(int, error) bool) { yield(-1, errTest) })
		},
		Err: errTest, Want: func(i int) int { return i }, Lazy: true,
	})
}

func TestProtocolOfPush(t *testing.T) {
	for _, strategy := range []flow.Overflow{flow.Block, flow.DropIncoming} {
		t.Run(strategy.String(), func(t *testing.T) {
			t.Parallel()
			capacity := 16
			if strategy != flow.Block {
				capacity = 1 << 17 // nothing is to be lost
			}
			flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
				New: func(n int) flow.Publisher[int] {
					return sources.Push(capacity, strategy, func(_ context.Context, out *sources.Emitter[int]) error {
						for i := 0; i < n && out.Emit(i).Accepted(); i++ {
						}
						out.Complete()
						return nil
					})
				},
				Failed: func() flow.Publisher[int] {
					return sources.Push(capacity, strategy, func(_ context.Context, out *sources.Emitter[int]) error {
						out.Fail(errTest)
						return nil
					})
				},
				Err: errTest, Want: func(i int) int { return i }, Max: 100000,
			})
		})
	}
}
