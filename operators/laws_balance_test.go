package operators_test

import (
	"testing"

	"github.com/weirgo/weir/operators"
)

func TestLawsOfBalance(t *testing.T) {
	for name, cfg := range map[string]lawConfig{
		"Balance": {
			OperatorConfig: balanced["Balance"],
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.Merge(5, operators.Balance(operators.Map(up, use), 3, 8)...)
			},
		},
		"Balance 1": {
			OperatorConfig: balanced["Balance 1"],
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				outs := operators.Balance(up, 2, 1)
				return operators.Merge(5, operators.Map(outs[0], use), operators.Async(operators.Map(outs[1], use), 2))
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
}
