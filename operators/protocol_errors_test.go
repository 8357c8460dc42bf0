package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
)

// TestProtocolOfErrors holds the operators that watch a stream or deal with its
// errors against the rules of the protocol.
func TestProtocolOfErrors(t *testing.T) {
	tests := map[string]flowtest.OperatorConfig[int, int]{
		"MapError": {New: func(up publisher) publisher {
			return operators.MapError(up, func(err error) error { return err })
		}},
		"MapError other": {New: func(up publisher) publisher {
			return operators.MapError(up, func(error) error { return errOther })
		}, Recovers: true},
		"MapError nil": {New: func(up publisher) publisher {
			return operators.MapError(up, func(error) error { return nil })
		}},
		"Do nothing": {New: func(up publisher) publisher { return operators.Do(up, operators.Hooks[int]{}) }},
		"Do": {New: func(up publisher) publisher {
			return operators.Do(up, operators.Hooks[int]{
				OnSubscribe: func() {}, OnRequest: func(int64) {}, OnNext: func(int) {}, OnError: func(error) {},
				OnComplete: func() {}, OnCancel: func() {}, Finally: func(error) {},
			})
		}},
		"TryMap that skips": {New: func(up publisher) publisher { return operators.TryMap(up, evenOnly) }, Out: evens, Prefetch: -1},
		"MapAsync that skips": {
			New: func(up publisher) publisher { return operators.MapAsync(up, 2, evenOnly) }, Out: evens, Prefetch: -1,
		},
		"DoOnNext": {New: func(up publisher) publisher { return operators.DoOnNext(up, func(int) {}) }},
		"OnErrorComplete": {
			New:      func(up publisher) publisher { return operators.OnErrorComplete(up, func(error) bool { return true }) },
			Recovers: true,
		},
		"OnErrorComplete not": {New: func(up publisher) publisher {
			return operators.OnErrorComplete(up, func(error) bool { return false })
		}},
		"Killable":  {New: func(up publisher) publisher { return operators.Killable(up, new(operators.KillSwitch)) }},
		"DoFinally": {New: func(up publisher) publisher { return operators.DoFinally(up, func(error) {}) }},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
