package flowtest_test

import (
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func TestZMap(t *testing.T) {
	flowtest.VerifyOperator(t, flowtest.OperatorConfig[int, int]{
		New: func(up flow.Publisher[int]) flow.Publisher[int] { return operators.Map(up, func(v int) int { return v }) },
	})
}
func TestZFilter(t *testing.T) {
	flowtest.VerifyOperator(t, flowtest.OperatorConfig[int, int]{
		New: func(up flow.Publisher[int]) flow.Publisher[int] {
			return operators.Filter(up, func(v int) bool { return v%2 == 0 })
		},
		Out: func(n int) (out []int) {
			for i := 0; i < n; i += 2 {
				out = append(out, i)
			}
			return out
		},
	})
}
func TestZAsync(t *testing.T) {
	flowtest.VerifyOperator(t, flowtest.OperatorConfig[int, int]{
		New:      func(up flow.Publisher[int]) flow.Publisher[int] { return operators.Async(up, 256) },
		Prefetch: 256,
	})
}
func TestZRange(t *testing.T) {
	flowtest.VerifyPublisher(t, flowtest.PublisherConfig[int64]{
		New:  func(n int) flow.Publisher[int64] { return sources.Range(0, int64(n)) },
		Want: func(i int) int64 { return int64(i) },
	})
}
