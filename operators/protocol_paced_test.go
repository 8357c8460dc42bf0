package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// TestProtocolOfPaced holds the operators that emit when the clock or another
// stream says so against the rules of the protocol.
func TestProtocolOfPaced(t *testing.T) {
	const tick = 10 * time.Microsecond
	for name, cfg := range map[string]flowtest.OperatorConfig[int, int]{
		"SampleOn": {
			New: func(up publisher) publisher {
				return operators.SampleOn(up, sources.Ticker(tick), operators.WithLast())
			},
			Prefetch: -1, Lossy: true, Lazy: true,
		},
		"BatchWeightedWhileBusy": {
			New:      func(up publisher) publisher { return flat(operators.BatchWeightedWhileBusy(up, 8, itself)) },
			Prefetch: -1,
		},
		"BufferWith a TTL": {
			New: func(up publisher) publisher {
				return operators.BufferWith(up, operators.BufferConfig[int]{Capacity: 1 << 16, Strategy: flow.DropOldest, TTL: time.Hour})
			},
			Prefetch: -1,
		},
		"ConflateWithSeed": {
			New:      func(up publisher) publisher { return operators.ConflateWithSeed(up, same, second) },
			Prefetch: -1, Lossy: true,
		},
		"KeepAlive": {New: func(up publisher) publisher {
			return operators.KeepAlive(up, time.Hour, func() int { return -1 })
		}},
		"Extrapolate":   {New: func(up publisher) publisher { return operators.Extrapolate(up, none) }, Prefetch: 1},
		"TimeoutDemand": {New: func(up publisher) publisher { return operators.TimeoutDemand(up, time.Hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
