package scheduler

import (
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"
)

// onTwo lets f run with two processors or more.
func onTwo(t *testing.T) {
	before := runtime.GOMAXPROCS(max(2, runtime.NumCPU()))
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

func TestSpinThatSucceedsIsRepeated(t *testing.T) {
	onTwo(t)
	i := &Island{few: true, tired: 3}
	for range 100 {
		i.ready.Store(new(Handle)) // came while it spun
		require.True(t, i.spin())
		require.Zero(t, i.tired)
	}
}

func TestSpinInVainBecomesRare(t *testing.T) {
	onTwo(t)
	var i Island
	spun := func() bool { return i.tired < spinPatience || i.tired%spinEvery == 0 }
	spins := 0
	for range 1000 {
		if spun() {
			spins++
		}
		require.False(t, i.spin())
	}
	require.GreaterOrEqual(t, spins, spinPatience+1000/spinEvery-1, "it looks again some time")
	require.Less(t, spins, 100)

	for !spun() {
		i.spin()
	}
	i.ready.Store(new(Handle))
	require.True(t, i.spin())
	require.Zero(t, i.tired)
}

func TestNoSpinOnOneProcessor(t *testing.T) {
	before := runtime.GOMAXPROCS(1)
	defer runtime.GOMAXPROCS(before)
	var i Island
	require.False(t, i.spin())
	require.Zero(t, i.tired)
}

// pulse is a head that emits n elements once.
type pulse struct {
	Head
	n int
}

func (p *pulse) Run(int) (emitted int, again bool) { return p.n, false }

// TestFewElements: an island knows whether its last elements came by ones and
// twos. A pass without elements, such as one that asks for more, says nothing.
func TestFewElements(t *testing.T) {
	i := &Island{}
	for _, c := range []struct {
		emitted int
		few     bool
	}{{0, false}, {1, true}, {0, true}, {256, false}, {0, false}, {fewElements, true}, {fewElements + 1, false}} {
		i.pass(&Handle{head: &pulse{n: c.emitted}, batch: MaxBatch}, MaxBatch)
		require.Equal(t, c.few, i.few, "%d elements", c.emitted)
	}
}
