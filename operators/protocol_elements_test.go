package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// halfIndexed is v where that is how many elements came before it.
func halfIndexed(i int64, v int) int { return (int(i) + v) / 2 }

// latter is the second of two elements.
func latter(_, v int) int { return v }

// butFirst returns the numbers below n without 0.
func butFirst(n int) []int { return firstOf(n, func(v int) bool { return v > 0 }) }

// protocolOfElements are the operators that look at an element together with
// its place in the stream.
var protocolOfElements = map[string]operatorConfig{
	"MapIndexed": {New: func(up publisher) publisher { return operators.MapIndexed(up, halfIndexed) }},
	"Pairwise":   {New: func(up publisher) publisher { return operators.Pairwise(up, latter) }, Out: butFirst, Prefetch: 1},
}

// TestProtocolOfElements holds them against the rules of the protocol.
func TestProtocolOfElements(t *testing.T) {
	for name, cfg := range protocolOfElements {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
