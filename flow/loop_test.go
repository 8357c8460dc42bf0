package flow_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
)

// TestDescribeEndsALoop that somebody has made of nodes, which Topology.add
// provides for. (branchOf follows Up without looking where it has been.)
func TestDescribeEndsALoop(t *testing.T) {
	a, b := &flow.Node{Kind: "a"}, &flow.Node{Kind: "b"}
	a.Up, b.Up = b, a
	described := make(chan *flow.Topology, 1)
	go func() { described <- flow.Describe(a) }()
	select {
	case d := <-described:
		require.Len(t, d.Stages, 2)
	case <-time.After(5 * time.Second):
		t.Fatal("Describe does not return")
	}
}
