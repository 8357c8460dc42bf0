package sources_test

import (
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
