package operators_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func TestLawsOfJoinWithin(t *testing.T) {
	ofToken := func(v lawToken) int { return v.N % 5 }
	runLaws(t, map[string]lawConfig{
		"JoinWithin": {
			OperatorConfig: protocolOfJoinWithin["second"],
			Call: func(up publisher, hook func(int)) publisher {
				return operators.JoinWithin(sources.Of(0), up, time.Hour, 8, noKey, noKey,
					func(_, v int) int { hook(v); return v }, operators.WithName("it"))
			},
			Stage: "it",
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.JoinWithin(operators.Map(up, use), operators.Async(up, 4), time.Millisecond, 8, ofToken, ofToken,
					func(v, _ lawToken) lawToken { return v.Another() })
			},
		},
		"JoinWithin keys": {
			OperatorConfig: protocolOfJoinWithin["first"],
			Call: func(up publisher, hook func(int)) publisher {
				return operators.JoinWithin(up, sources.Of(0), time.Hour, 8, hooked(hook, noKey), noKey,
					func(v, _ int) int { return v }, operators.WithName("it"))
			},
			Stage:      "it",
			Schedulers: unseeded(), // which may call key before there is anything to join with
		},
	})
}

// unseeded are the schedulers of the laws that do not choose who comes first.
func unseeded() []flowtest.LawScheduler {
	return slices.DeleteFunc(flowtest.LawSchedulers(), func(s flowtest.LawScheduler) bool {
		return strings.HasPrefix(s.Name, "seeded")
	})
}
