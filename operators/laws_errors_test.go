package operators_test

import (
	"testing"

	"github.com/weirgo/weir/operators"
)

// TestLawsOfErrors holds the operators that watch a stream or deal with its
// errors against the laws of streams.
func TestLawsOfErrors(t *testing.T) {
	for name, cfg := range lawsOfErrors {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			verifyLaws(t, cfg)
		})
	}
}

var lawsOfErrors = map[string]lawConfig{
	"MapError": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.MapError(up, func(err error) error { return err })
		}},
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.MapError(operators.Map(up, use), func(err error) error { return err })
		},
	},
	"Do": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher {
			return operators.Do(up, operators.Hooks[int]{
				OnSubscribe: func() {}, OnRequest: func(int64) {}, OnNext: func(int) {}, OnError: func(error) {},
				OnComplete: func() {}, OnCancel: func() {}, Finally: func(error) {},
			})
		}},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.Do(up, operators.Hooks[int]{OnNext: hook}, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.Do(operators.Map(up, use), operators.Hooks[lawToken]{
				OnNext: func(lawToken) {}, Finally: func(error) {},
			})
		},
	},
	"DoOnNext": {
		OperatorConfig: operatorConfig{New: func(up publisher) publisher { return operators.DoOnNext(up, func(int) {}) }},
		Call: func(up publisher, hook func(int)) publisher {
			return operators.DoOnNext(up, hook, operators.WithName("it"))
		},
		Stage: "it",
		Owned: func(up tokenStream, use tokenFunc) tokenStream {
			return operators.DoOnNext(operators.Map(up, use), func(lawToken) {})
		},
	},
}
