package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

func TestLawsOfSharing(t *testing.T) {
	for name, cfg := range map[string]lawConfig{
		"Publish": {OperatorConfig: sharingOperators["Publish"]},
		"RefCount": {
			OperatorConfig: sharingOperators["Publish"],
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.Map(operators.RefCount(operators.Publish(up, 8, flow.Block), 1), use)
			},
		},
		"Share": {
			OperatorConfig: sharingOperators["Share"],
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				both := operators.Share(operators.Map(up, use), 8, flow.Block)
				return operators.Merge(5, both, both)
			},
		},
		"Share 1": {
			OperatorConfig: sharingOperators["Share 1"],
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				return operators.Map(operators.Share(up, 1, flow.Block), use)
			},
		},
		"Share drop": {
			OperatorConfig: operatorConfig{
				New:      func(up publisher) publisher { return operators.Share(up, 4, flow.DropIncoming) },
				Prefetch: -1, Lossy: true, Sharing: flowtest.Hot,
			},
			Owned: func(up tokenStream, use tokenFunc) tokenStream {
				both := operators.RefCount(operators.Publish(operators.Map(up, use), 4, flow.DropOldest), 2)
				return operators.Merge(5, both, both)
			},
		},
		"Replay": {
			OperatorConfig: operatorConfig{
				New:      func(up publisher) publisher { return operators.Replay(up, 3, 8, flow.Block) },
				Prefetch: 8, Sharing: flowtest.Hot,
			},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
}

func TestLawsOfPartition(t *testing.T) {
	for name, cfg := range map[string]lawConfig{"Partition": {
		OperatorConfig: partitioned,
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Partition(up, 1, 8, func(v int) int { hook(v); return 0 }, operators.WithName("it"))[0]
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			outs := operators.Partition(operators.Map(up, use), 2, 8, func(t lawToken) int { return t.N % 2 })
			return operators.Merge(5, outs...)
		},
	}} {
		t.Run(name, func(t *testing.T) { verifyLaws(t, cfg) })
	}
}
