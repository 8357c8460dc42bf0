package operators_test

import (
	"sync"
	"testing"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// lawsOfExpand holds Expand against the laws of streams.
var lawsOfExpand = map[string]lawConfig{
	"Expand": {
		OperatorConfig: protocolOfExpand["Expand"],
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Expand(up, 1<<12, hooked(hook, leaf), operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			var made sync.Map // the tokens of the second level
			return operators.Expand(up, 1<<12, func(v lawToken) tokenStream {
				use(v).Consume()
				if _, second := made.Load(v); second {
					return sources.Empty[lawToken]()
				}
				return operators.Map(lateTokens(v, 3), func(w lawToken) lawToken { made.Store(w, true); return w })
			})
		},
	},
	"Expand once": {OperatorConfig: protocolOfExpand["Expand once"]},
}

func TestLawsOfExpand(t *testing.T) { runLaws(t, lawsOfExpand) }
