package operators_test

import (
	"testing"
	"time"

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
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
