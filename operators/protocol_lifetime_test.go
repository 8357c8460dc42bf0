package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

var lifetimeOperators = map[string]operatorConfig{
	"RefCount with grace": {
		New: func(up publisher) publisher {
			// So short that upstream is cancelled as if there were none.
			return operators.RefCount(operators.Publish(up, 8, flow.Block), 1, operators.WithGrace(time.Nanosecond))
		},
		Prefetch: 8, Sharing: flowtest.Hot,
	},
	"AutoConnect": {New: autoConnected, Prefetch: 8, Sharing: flowtest.Hot},
}

// autoConnected is disconnected when its subscriber has left, which is what the
// rules expect of an operator with one subscriber.
func autoConnected(up publisher) publisher {
	shared := operators.Publish(up, 8, flow.Block)
	return operators.DoFinally(operators.AutoConnect(shared, 1), func(error) { shared.Disconnect() })
}

func TestProtocolOfLifetimes(t *testing.T) {
	for name, cfg := range lifetimeOperators {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
