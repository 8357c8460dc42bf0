package sources_test

import (
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/sources"
)

// merging returns a hub with the given publishers, and closes it.
func merging(srcs ...flow.Publisher[int]) *sources.MergeHub[int] {
	h := sources.NewMergeHub[int](4)
	for _, s := range srcs {
		h.Add(s)
	}
	h.Close()
	return h
}

func TestProtocolOfMergeHub(t *testing.T) {
	t.Parallel()
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int]{
		New:     func(n int) flow.Publisher[int] { return merging(sources.Of(numbers(n)...), sources.Empty[int]()) },
		Failed:  func() flow.Publisher[int] { return merging(sources.Error[int](errTest)) },
		Err:     errTest,
		Want:    func(i int) int { return i },
		Max:     1000,
		Sharing: flowtest.Unicast,
	})
}
