package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

var sharingOperators = map[string]operatorConfig{
	"Publish": {
		New: func(up publisher) publisher {
			return operators.RefCount(operators.Publish(up, 8, flow.Block), 1)
		},
		Prefetch: 8, Sharing: flowtest.Hot,
	},
	"Share":   {New: func(up publisher) publisher { return operators.Share(up, 8, flow.Block) }, Prefetch: 8, Sharing: flowtest.Hot},
	"Share 1": {New: func(up publisher) publisher { return operators.Share(up, 1, flow.Block) }, Prefetch: 1, Sharing: flowtest.Hot},
	"Share drop oldest": {
		New:      func(up publisher) publisher { return operators.Share(up, 1<<16, flow.DropOldest) },
		Prefetch: -1, Sharing: flowtest.Hot,
	},
	"Replay": {New: func(up publisher) publisher { return operators.Replay(up, 3, 8, flow.Block) }, Prefetch: 8, Sharing: flowtest.Hot},
}

func TestProtocolOfSharing(t *testing.T) {
	for name, cfg := range sharingOperators {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
