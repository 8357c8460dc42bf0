package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// TestProtocolOfDelayed holds the operators that go on when a stream fails
// against the rules of the protocol.
func TestProtocolOfDelayed(t *testing.T) {
	delay := operators.WithDelayErrors()
	tests := map[string]operatorConfig{
		"FlatMap": {
			New: func(up publisher) publisher { return operators.FlatMap(up, 4, pair, delay) },
			Out: doubles, Prefetch: 4, Unordered: true,
		},
		"FlatMap inner": {
			New: func(up publisher) publisher {
				return operators.FlatMap(sources.Of(0), 3, func(int) publisher { return up }, operators.WithPrefetch(5), delay)
			},
			Prefetch: 5,
		},
		"FlatMapSequential": {
			New: func(up publisher) publisher { return operators.FlatMapSequential(up, 4, pair, delay) },
			Out: doubles, Prefetch: 4,
		},
		"FlatMapSequential inner": {
			New: func(up publisher) publisher {
				return operators.FlatMapSequential(sources.Of(0), 3, func(int) publisher { return up }, operators.WithPrefetch(5), delay)
			},
			Prefetch: 5,
		},
		"ConcatMap": {
			New: func(up publisher) publisher { return operators.ConcatMap(up, pair, delay) }, Out: doubles,
		},
		"Flatten": {
			New: func(up publisher) publisher {
				return operators.Flatten(sources.Of(up), 2, operators.WithPrefetch(5), delay)
			},
			Prefetch: 5,
		},
	}
	for name, cfg := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
}
