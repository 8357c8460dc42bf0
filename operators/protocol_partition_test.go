package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

func TestProtocolOfPartition(t *testing.T) {
	t.Parallel()
	flowtest.VerifyOperator(t, operatorConfig{
		New: func(up publisher) publisher {
			return operators.Partition(up, 1, 8, func(int) int { return 0 })[0]
		},
		Prefetch: 8,
	})
}
