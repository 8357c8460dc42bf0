package operators_test

import (
	"testing"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lawsOfAgain are the operators that ask whether to subscribe again.
var lawsOfAgain = map[string]lawConfig{
	"RetryWhen": {
		OperatorConfig: protocolOfAgain["RetryWhen"],
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			times := 0
			return operators.RetryWhen(operators.Map(up, use), func(err error) tokenStream {
				if times++; times < 3 {
					return up
				}
				return sources.Error[lawToken](err)
			})
		},
	},
	"RepeatWhen": {
		OperatorConfig: protocolOfAgain["RepeatWhen"],
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			rounds := 0
			return operators.RepeatWhen(operators.Map(up, use), func() tokenStream {
				if rounds++; rounds < 3 {
					return up
				}
				return sources.Empty[lawToken]()
			})
		},
	},
}

func TestLawsOfAgain(t *testing.T) { runLaws(t, lawsOfAgain) }
