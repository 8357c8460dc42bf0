package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// TestProtocolOfRelays holds the operators that have one publisher at a time
// against the rules of the protocol.
func TestProtocolOfRelays(t *testing.T) {
	two := func(v int) publisher { return sources.Of(v, v) }
	tests := map[string]flowtest.OperatorConfig[int, int]{
		"Concat": {New: func(up publisher) publisher { return operators.Concat(up) }},
		"Concat second": {New: func(up publisher) publisher {
			return operators.Concat(sources.Empty[int](), up, sources.Empty[int]())
		}},
		"ConcatMap": {New: func(up publisher) publisher {
			return operators.ConcatMap(up, func(v int) publisher { return sources.Of(v) })
		}},
		"ConcatMap two": {
			New: func(up publisher) publisher { return operators.ConcatMap(up, two) }, Out: doubles,
		},
		"ConcatMap foreign": {New: func(up publisher) publisher {
			return operators.ConcatMap(up, func(v int) publisher { return flowtest.Just(v) })
		}},
		"Retry": {New: func(up publisher) publisher { return operators.Retry(up, 0) }},
		"Retry 3": {
			New: func(up publisher) publisher { return operators.Retry(up, 3) }, Recovers: true,
		},
		"Retry permanent": {New: func(up publisher) publisher {
			return operators.Retry(up, flow.Unbounded, operators.WithBackoff(time.Second, time.Minute),
				operators.WithRetryIf(func(error) bool { return false }))
		}},
		"Recover": {
			New: func(up publisher) publisher {
				return operators.Recover(up, func(error) (int, error) { return 0, nil })
			},
			Recovers: true,
		},
		"Recover not": {New: func(up publisher) publisher {
			return operators.Recover(up, func(err error) (int, error) { return 0, err })
		}},
		"Resume": {
			New: func(up publisher) publisher {
				return operators.Resume(up, func(error) (publisher, error) { return sources.Of(0), nil })
			},
			Recovers: true,
		},
		"Resume not": {New: func(up publisher) publisher {
			return operators.Resume(up, func(err error) (publisher, error) { return nil, err })
		}},
		"Resume in place": {New: func(up publisher) publisher {
			return operators.Resume(sources.Error[int](errStop), func(error) (publisher, error) { return up, nil })
		}},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
