package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// protocolOfAgain are the operators that ask whether to subscribe again.
var protocolOfAgain = map[string]operatorConfig{
	"RetryWhen": {
		New: func(up publisher) publisher {
			return operators.RetryWhen(up, func(error) publisher { return sources.Empty[int]() })
		},
		Recovers: true,
	},
	"RetryWhen not": {New: func(up publisher) publisher {
		return operators.RetryWhen(up, func(err error) publisher { return sources.Error[int](err) })
	}},
	"RepeatWhen": {New: func(up publisher) publisher {
		return operators.RepeatWhen(up, func() publisher { return sources.Empty[int]() })
	}},
}

func TestProtocolOfAgain(t *testing.T) {
	for name, cfg := range protocolOfAgain {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
