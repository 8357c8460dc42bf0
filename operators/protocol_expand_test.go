package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// leaf is the stream of what an element without further ones is made of.
func leaf(int) publisher { return sources.Empty[int]() }

// onceMinus makes of each element of upstream one more, which is negative.
func onceMinus(v int) publisher {
	if v < 0 {
		return sources.Empty[int]()
	}
	return sources.Of(-v - 1)
}

// thenMinus is what Expand makes of n elements with onceMinus.
func thenMinus(n int) []int {
	all := numbersTo(n)
	for v := range n {
		all = append(all, -v-1)
	}
	return all
}

// protocolOfExpand is Expand as the rules and the laws look at it.
var protocolOfExpand = map[string]operatorConfig{
	"Expand": {New: func(up publisher) publisher { return operators.Expand(up, 1<<12, leaf) }},
	"Expand foreign": {New: func(up publisher) publisher {
		return operators.Expand(up, 1<<12, func(int) publisher { return flowtest.Just[int]() })
	}},
	"Expand once": {
		New: func(up publisher) publisher { return operators.Expand(up, 1<<12, onceMinus) }, Out: thenMinus,
	},
}

func TestProtocolOfExpand(t *testing.T) {
	for name, cfg := range protocolOfExpand {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
