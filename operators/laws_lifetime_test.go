package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

func TestLawsOfLifetimes(t *testing.T) {
	for name, cfg := range map[string]lawConfig{
		"AutoConnect": {
			OperatorConfig: lifetimeOperators["AutoConnect"],
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				shared := operators.Publish(up, 8, flow.Block)
				out := operators.DoFinally(operators.AutoConnect(shared, 1), func(error) { shared.Disconnect() })
				return operators.Map(out, use)
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
}
