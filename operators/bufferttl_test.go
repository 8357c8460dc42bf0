package operators_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

func TestBufferTTL(t *testing.T) {
	in10 := func(capacity int, strategy flow.Overflow) func(publisher) publisher {
		return func(p publisher) publisher {
			return operators.BufferWith(p, operators.BufferConfig[int]{Capacity: capacity, Strategy: strategy, TTL: 10 * ms})
		}
	}
	three := in10(3, flow.DropOldest)
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", three},
		{"at once", "1@0 2@20 |@40", "all@0", "1@0 2@20 |@40", three},
		{"before the boundary", "1@0 2@1 |@2", "1@0 1@10.999999", "1@0 2@10.999999 |@10.999999", three},
		{"at the boundary", "1@0 2@1 |@2", "1@0 1@11", "1@0 2@11 |@11", three},
		{"after the boundary", "1@0 2@1 |@2", "1@0 1@11.000001", "1@0 |@11.000001", three},
		{"only what is too old", "1@0 2@1 3@5 |@6", "1@0 1@12", "1@0 3@12 |@12", three},
		{"an error behind what is too old", "1@0 2@1 !@2", "1@0 1@20", "1@0 !@20", three},
		{"what is too old makes room", "1@0 2@1 3@15 4@16 |@17", "all@16.5", "3@16.5 4@16.5 |@17", in10(2, flow.Fail)},
		{"also for what would not come in", "1@0 2@1 3@15 |@17", "all@16", "3@16 |@17", in10(1, flow.DropIncoming)},
		{"drop oldest, with its age", "1@0 2@5 3@6 |@7", "all@15.5", "3@15.5 |@15.5", in10(2, flow.DropOldest)},
		{"latest", "1@0 2@1 |@2", "all@20", "|@20", in10(1, flow.Latest)},
		{"cancel", "1@0 2@1", "1@0 x@20", "1@0", three},
		{"the context ends", "1@0 2@1", "1@0 ctx@20", "1@0 !@20", three},
	})
}

// TestBufferTTLTells what is too old that it is, once, and counts it.
func TestBufferTTLTells(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m mint
		seen := &stages{all: map[string]*flow.Stats{}}
		up := flowtest.NewManual[*token](t)
		p := flowtest.Subscribe(t, operators.BufferWith(up, operators.BufferConfig[*token]{
			Capacity: 2, Strategy: flow.DropIncoming, TTL: time.Second,
			OnDropped: func(*token, flow.Reason) { t.Error("called") },
		}), flowtest.WithContext(flow.WithObserver(t.Context(), seen)))
		synctest.Wait()
		up.Next(m.token(0), m.token(1))
		time.Sleep(time.Second + 1)
		up.Next(m.token(2)) // it lets the two go
		synctest.Wait()
		require.Equal(t, uint32(flow.DroppedOld), m.all[0].reason.Load())
		require.Equal(t, uint32(flow.DroppedOld), m.all[1].reason.Load())
		time.Sleep(time.Second + 1)
		p.Request(1)
		synctest.Wait()
		require.Zero(t, p.Count())
		require.Equal(t, uint32(flow.DroppedOld), m.all[2].reason.Load())
		up.Next(m.token(3))
		synctest.Wait()
		require.Equal(t, 1, p.Count())
		n := seen.all["buffer"].Snapshot()
		require.EqualValues(t, 4, n.In)
		require.EqualValues(t, 3, n.Lost[flow.DroppedOld])
		require.Zero(t, n.Buffered)
		p.Cancel()
	})
}

func TestBufferTTLReleasesOnce(t *testing.T) {
	with := func(strategy flow.Overflow) func(tokens) tokens {
		return func(p tokens) tokens {
			return operators.Throttle(operators.BufferWith(p, operators.BufferConfig[*token]{Capacity: 3, Strategy: strategy, TTL: 5 * ms}), 1, 4*ms)
		}
	}
	releaseOnce(t, map[string]func(tokens) tokens{"oldest": with(flow.DropOldest), "incoming": with(flow.DropIncoming)})
}

func TestWrongArgumentsOfBufferTTL(t *testing.T) {
	with := func(strategy flow.Overflow, ttl time.Duration) func() {
		return func() {
			operators.BufferWith(sources.Of(1), operators.BufferConfig[int]{Capacity: 1, Strategy: strategy, TTL: ttl})
		}
	}
	require.PanicsWithValue(t, "operators.BufferWith: negative TTL -1ns", with(flow.DropOldest, -1))
	require.PanicsWithValue(t, "operators.BufferWith: TTL 1s, flow.Block loses nothing", with(flow.Block, time.Second))
}
