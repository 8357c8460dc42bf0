package operators_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func in10(p publisher) publisher { return operators.TimeoutTotal(p, 10*ms) }

func TestTimeoutTotal(t *testing.T) {
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", in10},
		{"in time", "1@0 2@3 |@9.999999", "all@0", "1@0 2@3 |@9.999999", in10},
		{"nothing comes", "1@20 |@21", "all@0", "timeout@10", in10},
		{"no end", "1@0 2@9 3@12 |@20", "all@0", "1@0 2@9 timeout@10", in10},
		{"an element too late", "1@0 2@10 |@20", "all@0", "1@0 timeout@10", in10},
		{"completion too late", "1@0 |@10", "all@0", "1@0 timeout@10", in10},
		{"an error in time", "1@0 !@9", "all@0", "1@0 !@9", in10},
		{"an error too late", "1@0 !@10", "all@0", "1@0 timeout@10", in10},
		{"no demand", "1@0 |@5", "1@30", "timeout@10", in10},
		{"cancel", "1@0", "all@0 x@7", "1@0", in10},
		{"the context ends", "1@0", "all@0 ctx@7", "1@0 !@7", in10},
	})
}

func TestTimeoutFirst(t *testing.T) {
	first10 := func(p publisher) publisher { return operators.TimeoutFirst(p, 10*ms) }
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", first10},
		{"in time", "1@9 2@40 3@80 |@99", "all@0", "1@9 2@40 3@80 |@99", first10},
		{"exactly in time", "1@10 2@40 |@99", "all@0", "1@10 2@40 |@99", first10},
		{"too late", "1@10.000001 |@20", "all@0", "timeout@10", first10},
		{"no end", "|@20", "all@0", "timeout@10", first10},
		{"no demand does not count", "1@5 2@40 |@99", "1@30 1@31", "1@35 2@70 |@129", first10},
		{"an error", "!@5", "all@0", "!@5", first10},
		{"an error later", "1@5 !@50", "all@0", "1@5 !@50", first10},
		{"cancel", "1@20", "all@0 x@7", "", first10},
		{"the context ends", "1@20", "all@0 ctx@7", "!@7", first10},
	})
}

func TestTimeoutsNameThemselves(t *testing.T) {
	for text, op := range map[string]publisher{
		"it: flow: timeout: not complete after 1ms": operators.TimeoutTotal(sources.Never[int](), ms, operators.WithName("it")),
		"it: flow: timeout: no element for 1ms":     operators.TimeoutFirst(sources.Never[int](), ms, operators.WithName("it")),
	} {
		err := sinks.Discard(t.Context(), op)
		require.EqualError(t, err, text)
		require.ErrorIs(t, err, flow.ErrTimeout)
	}
	for text, f := range map[string]func(){
		"operators.TimeoutTotal: nil source":                func() { operators.TimeoutTotal[int](nil, 1) },
		"operators.TimeoutTotal: time 0s, must be positive": func() { operators.TimeoutTotal(sources.Of(1), 0) },
		"operators.TimeoutFirst: nil source":                func() { operators.TimeoutFirst[int](nil, 1) },
		"operators.TimeoutFirst: time 0s, must be positive": func() { operators.TimeoutFirst(sources.Of(1), 0) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
