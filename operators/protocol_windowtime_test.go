package operators_test

import (
	"testing"
	"time"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// TestProtocolOfWindowsInTime holds the operators that make windows by time
// against the rules of the protocol.
func TestProtocolOfWindowsInTime(t *testing.T) {
	for name, cfg := range map[string]flowtest.OperatorConfig[int, []int]{
		"BatchWindows": {
			New: func(up publisher) flow.Publisher[[]int] {
				return operators.BatchWindows(up, operators.Tumbling(time.Hour), 1)
			},
			Out: fullWindows(1, 1), Prefetch: 0,
		},
		"BatchWindows session": {
			New: func(up publisher) flow.Publisher[[]int] {
				return operators.BatchWindows(up, operators.Session(time.Hour), 3)
			},
			Out: fullWindows(3, 3), Prefetch: 2,
		},
		"BatchWeighted": {
			New: func(up publisher) flow.Publisher[[]int] {
				return operators.BatchWeighted(up, 1, func(int) int64 { return 0 })
			},
			Out: fullWindows(1, 1),
		},
		"BatchWeighted of 3": {
			New: func(up publisher) flow.Publisher[[]int] {
				return operators.BatchWeighted(up, 3, func(int) int64 { return 1 }, operators.WithMaxWait(time.Hour))
			},
			Out: fullWindows(3, 3),
		},
		"BatchAt": {
			New: func(up publisher) flow.Publisher[[]int] {
				return operators.BatchAt(up, sources.Never[int](), 1)
			},
			Out: fullWindows(1, 1),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, cfg)
		})
	}
	for name, windows := range map[string]operators.Windows{
		"WindowBy": operators.Tumbling(time.Nanosecond), "WindowBy session": operators.Session(10 * time.Microsecond),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			flowtest.VerifyOperator(t, flowtest.OperatorConfig[int, int]{
				New: func(up publisher) publisher {
					last := operators.WindowBy(up, windows, 1000, same, 0, func(_, v int) int { return v })
					return operators.Map(last, func(w operators.Window[int, int]) int { return w.Value })
				},
				Prefetch: -1, Lossy: true, Lazy: true,
			})
		})
	}
}
