package operators_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestPartitionThatFailsAtTheEnd: where route fails for an element that
// upstream emits as it completes, there is nobody who is cancelled. The stage
// ends its count all the same.
func TestPartitionThatFailsAtTheEnd(t *testing.T) {
	for name, route := range map[string]func(int) int{
		"no such output": func(int) int { return 7 },
		"panic":          func(int) int { panic(errStop) },
	} {
		t.Run(name, func(t *testing.T) {
			l := &ledger{}
			outs := operators.Partition(operators.Single(sources.Of(1)), 2, 8, route)
			_, err := sinks.Slice(flow.WithObserver(t.Context(), l), operators.Merge(8, outs...))
			require.Error(t, err)
			for i, stage := range l.stages {
				require.Zero(t, l.stats[i].Workers.Load(), "%s is alive", stage.Stage)
			}
			l.require(t, nil, name)
		})
	}
}
