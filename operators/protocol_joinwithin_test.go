package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func noKey(int) int { return 0 }

// protocolOfJoinWithin joins each element with one.
var protocolOfJoinWithin = map[string]operatorConfig{
	"first": {New: func(up publisher) publisher {
		return operators.JoinWithin(up, sources.Of(0), time.Hour, 8, noKey, noKey, func(v, _ int) int { return v })
	}, Prefetch: 8},
	"second": {New: func(up publisher) publisher {
		return operators.JoinWithin(sources.Of(0), up, time.Hour, 8, noKey, noKey, func(_, v int) int { return v })
	}, Prefetch: 8},
}

// TestProtocolOfJoinWithin holds JoinWithin against the rules of the protocol.
func TestProtocolOfJoinWithin(t *testing.T) {
	for name, cfg := range protocolOfJoinWithin {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
