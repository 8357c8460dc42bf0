package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

var valved = operatorConfig{New: func(up publisher) publisher { return operators.Valved(up, new(operators.Valve), 8) }}

func TestProtocolOfValves(t *testing.T) {
	for name, cfg := range map[string]operatorConfig{
		"Valved": valved,
		"Valved by one": {
			New: func(up publisher) publisher { return operators.Valved(up, new(operators.Valve), 1) },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
