package scheduler

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
)

// TestProbeForgets stages that have ended, also while its island never pauses:
// those of inner streams are many, one after another.
func TestProbeForgets(t *testing.T) {
	for _, began := range []int64{0, flow.Now()} {
		p := &probe{began: began}
		stays := &Meter{stats: new(flow.Stats), probe: p}
		p.add(stays)
		for range 100 {
			short := &Meter{stats: new(flow.Stats), probe: p, Below: stays}
			feeder := &Meter{stats: new(flow.Stats), probe: p, feeder: true}
			p.add(short)
			p.add(feeder)
			short.End()
			feeder.End()
			require.True(t, short.Ended)
			require.Equal(t, []*Meter{stays}, p.meters)
		}
	}
}
