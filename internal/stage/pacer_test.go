package stage

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// TestPacerFindsSlowCalls: not each call is measured when as many in a row as
// sample were slow; one that is not, or a chunk, ends that at once.
func TestPacerFindsSlowCalls(t *testing.T) {
	p := pacer{chunk: 1, most: maxChunk, patience: 2}
	for range sample - 1 {
		p.measure(1, chunkTime+1)
		require.False(t, p.slow(), "it may be chance")
	}
	p.measure(1, chunkTime+1)
	require.True(t, p.slow())
	p.measure(1, chunkTime)
	require.False(t, p.slow())
	for range 2 * sample {
		p.measure(2, chunkTime+1)
	}
	require.False(t, p.slow(), "a chunk shrinks first")
}

// TestPacerKeepsItsChunk: one slow call among chunks halts no measuring, and
// the chunk comes back.
func TestPacerKeepsItsChunk(t *testing.T) {
	p := pacer{chunk: 1, most: maxChunk, patience: 2}
	for p.chunk < 16 {
		p.measure(p.chunk, chunkTime/4)
	}
	p.measure(p.chunk, 10*chunkTime)
	require.Equal(t, 1, p.chunk)
	require.False(t, p.slow())
	for range 8 {
		p.measure(p.chunk, chunkTime/4)
	}
	require.Equal(t, 16, p.chunk)
}
