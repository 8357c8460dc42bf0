package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// TestProtocolOfRates holds the forms of Throttle against the rules of the
// protocol. Those that drop elements or fail have tokens for all.
func TestProtocolOfRates(t *testing.T) {
	const tick = 10 * time.Microsecond
	one := func(int) int64 { return 1 }
	for name, cfg := range map[string]flowtest.OperatorConfig[int, int]{
		"ThrottleWith": {New: func(up publisher) publisher {
			return operators.ThrottleWith(up, throttleConfig{N: 1, Per: tick, Strategy: flow.Block, Cost: one})
		}},
		"ThrottleWith, a debt": {New: func(up publisher) publisher {
			return operators.ThrottleWith(up, throttleConfig{N: 3, Per: tick, Strategy: flow.Block, Cost: func(v int) int64 { return int64(v & 3) }})
		}},
		"ThrottleWith that drops": {New: func(up publisher) publisher {
			return operators.ThrottleWith(up, throttleConfig{N: 1, Per: 1, Burst: 1 << 40, Strategy: flow.DropIncoming})
		}},
		"ThrottleWith that fails": {New: func(up publisher) publisher {
			return operators.ThrottleWith(up, throttleConfig{N: 1, Per: 1, Burst: 1 << 40, Strategy: flow.Fail, Cost: one})
		}},
		"ThrottleKeyed": {New: func(up publisher) publisher {
			return operators.ThrottleKeyed(up, 2, third, throttleConfig{N: 1, Per: 1, Burst: 1 << 40, Strategy: flow.Fail})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
