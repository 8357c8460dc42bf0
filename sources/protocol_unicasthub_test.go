package sources_test

import (
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sources"
)

func TestProtocolOfUnicastHub(t *testing.T) {
	t.Parallel()
	full := func(n int) *sources.UnicastHub[int] {
		h := sources.NewUnicastHub[int](max(n, 1), flow.Block)
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
		Err: errTest, Want: func(i int) int { return i }, Max: 100000, Sharing: flowtest.Unicast,
	})
}
