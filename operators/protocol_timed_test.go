package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// TestProtocolOfTimed holds the operators that know time against the rules of
// the protocol. Those that leave elements out have periods so short that they
// seldom do.
func TestProtocolOfTimed(t *testing.T) {
	const tick = 10 * time.Microsecond
	for name, cfg := range map[string]flowtest.OperatorConfig[int, int]{
		"Throttle": {New: func(up publisher) publisher { return operators.Throttle(up, 1, tick) }},
		"Throttle, burst": {New: func(up publisher) publisher {
			return operators.Throttle(up, 3, tick, operators.WithBurst(5))
		}},
		"Throttle, at once": {New: func(up publisher) publisher { return operators.Throttle(up, 1000, 1) }},
		"Debounce": {
			New:      func(up publisher) publisher { return operators.Debounce(up, time.Nanosecond) },
			Prefetch: -1, Lossy: true, Lazy: true,
		},
		"Debounce, timers": {
			New:      func(up publisher) publisher { return operators.Debounce(up, tick, operators.WithMaxWait(2*tick)) },
			Prefetch: -1, Lossy: true, Lazy: true,
		},
		"Sample": {
			New:      func(up publisher) publisher { return operators.Sample(up, time.Nanosecond, operators.WithLast()) },
			Prefetch: -1, Lossy: true, Lazy: true,
		},
		"Sample, timers": {
			New:      func(up publisher) publisher { return operators.Sample(up, tick, operators.WithLast()) },
			Prefetch: -1, Lossy: true, Lazy: true,
		},
		"Timeout": {New: func(up publisher) publisher { return operators.Timeout(up, time.Hour) }},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
