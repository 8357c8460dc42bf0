package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// protocolOfEarlyEnds are groups that end before upstream does.
var protocolOfEarlyEnds = map[string]operatorConfig{
	"GroupBy with eviction": {New: func(up publisher) publisher {
		return operators.FlatMap(operators.GroupBy(up, 2, 8, mod(4), operators.WithEviction()), 2, elements, operators.WithPrefetch(1))
	}, Unordered: true, Prefetch: 2*(1+8) + 8},
	"GroupBy with idle groups": {New: func(up publisher) publisher {
		return operators.FlatMap(operators.GroupBy(up, 4, 8, mod(4), operators.WithMaxIdle(time.Millisecond)), 4, elements, operators.WithPrefetch(1))
	}, Unordered: true, Prefetch: 4*(1+8) + 8},
}

func TestProtocolOfEarlyEnds(t *testing.T) {
	for name, cfg := range protocolOfEarlyEnds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
