package operators_test

import (
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
)

// TestBufferOfOne: what a capacity of one means to a reader that asks now and
// then. The newest is there for it with flow.Latest and flow.DropOldest, the
// first since it last asked with flow.DropIncoming; ends wait until it has been
// taken.
func TestBufferOfOne(t *testing.T) {
	with := func(strategy flow.Overflow) func(publisher) publisher {
		return func(p publisher) publisher { return operators.Buffer(p, 1, strategy) }
	}
	var tests []timedCase
	for name, strategy := range map[string]flow.Overflow{"latest": flow.Latest, "drop oldest": flow.DropOldest} {
		tests = append(tests,
			timedCase{name + ", the newest", "1@1 2@2 3@3 |@40", "1@10 1@11", "3@10 |@40", with(strategy)},
			timedCase{name + ", demand first", "1@1 2@2 3@13 |@40", "1@0 1@10 1@11", "1@1 2@10 3@13 |@40", with(strategy)},
			timedCase{name + ", completion", "1@1 2@2 |@3", "1@10", "2@10 |@10", with(strategy)},
			timedCase{name + ", error", "1@1 2@2 !@3", "1@10", "2@10 !@10", with(strategy)},
			timedCase{name + ", cancel", "1@1 2@2 |@9", "x@5", "", with(strategy)},
			timedCase{name + ", context", "1@1 2@2 |@9", "ctx@5", "!@5", with(strategy)},
		)
	}
	runTimed(t, append(tests,
		timedCase{"drop incoming, the first", "1@1 2@2 3@15 4@16 |@40", "1@10 1@20", "1@10 3@20 |@40", with(flow.DropIncoming)},
		timedCase{"drop incoming, demand first", "1@1 2@2 3@3 |@40", "2@0 1@10", "1@1 2@2 3@10 |@40", with(flow.DropIncoming)},
		timedCase{"drop incoming, completion", "1@1 2@2 |@3", "1@10", "1@10 |@10", with(flow.DropIncoming)},
	))
}
