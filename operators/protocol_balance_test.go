package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

var balanced = map[string]operatorConfig{
	"Balance":   {New: func(up publisher) publisher { return operators.Balance(up, 1, 8)[0] }},
	"Balance 1": {New: func(up publisher) publisher { return operators.Balance(up, 1, 1)[0] }},
}

func TestProtocolOfBalance(t *testing.T) {
	for name, cfg := range balanced {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
