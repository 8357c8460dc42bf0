package flow_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sources"
)

// hostile is a name that means something in every output format.
const hostile = `a"<script>`

func hostileGraph() flow.Publisher[int] {
	src := sources.Slice([]int{1}, sources.WithName(hostile))
	outs := operators.Broadcast(src, 2, 8)
	dropped := operators.Buffer(outs[1], 4, flow.DropOldest, operators.WithName(`b&c\d`))
	return operators.Merge(2, operators.Map(outs[0], func(v int) int { return v }), dropped)
}

const goldenJSON = `{
  "stages": [
    {
      "id": 1,
      "name": "a\"\u003cscript\u003e",
      "kind": "slice",
      "capacity": 0
    },
    {
      "id": 2,
      "name": "hop",
      "kind": "buffer",
      "capacity": 4,
      "boundary": true,
      "strategy": "drop-oldest"
    }
  ],
  "edges": [
    {
      "from": 1,
      "to": 2
    }
  ],
  "max_elements": 4
}`

const goldenDOT = `digraph weir {
	rankdir=LR;
	node [shape=box];
	s1 [label="a\"<script>"];
	s2 [label="broadcast#2"];
	s3 [label="branch#3.1\nholds 8"];
	s4 [label="map#4.1"];
	s5 [label="branch#5.2\nholds 8"];
	s6 [label="b&c\\d\nholds 4\ndrop-oldest"];
	s7 [label="merge#7\nholds 4"];
	s1 -> s2;
	s2 -> s3 [style=dashed];
	s3 -> s4;
	s2 -> s5 [style=dashed];
	s5 -> s6 [style=dashed];
	s4 -> s7;
	s6 -> s7;
}
`

const goldenMermaid = `flowchart LR
    s1["a&quot;&lt;script&gt;"]
    s2["broadcast#2"]
    s3["branch#3.1, holds 8"]
    s4["map#4.1"]
    s5["branch#5.2, holds 8"]
    s6["b&amp;c\d, holds 4, drop-oldest"]
    s7["merge#7, holds 4"]
    s1 --> s2
    s2 -.-> s3
    s3 --> s4
    s2 -.-> s5
    s5 -.-> s6
    s4 --> s7
    s6 --> s7
`

func TestDescribeGolden(t *testing.T) {
	d := flow.Describe(hostileGraph())
	require.Equal(t, goldenDOT, d.DOT())
	require.Equal(t, goldenMermaid, d.Mermaid())
	require.EqualValues(t, 8+8+4+4, d.MaxElements)

	src := sources.Slice([]int{1}, sources.WithName(hostile))
	small := flow.Describe(operators.Buffer(src, 4, flow.DropOldest, operators.WithName("hop")))
	require.Equal(t, goldenJSON, string(small.JSON()))
	var back flow.Topology
	require.NoError(t, json.Unmarshal(small.JSON(), &back))
	require.Equal(t, hostile, back.Stages[0].Name)
}

// TestDescribeOneLineAStage whatever is in a name: what is behind a line break
// would be read as another statement.
func TestDescribeOneLineAStage(t *testing.T) {
	for _, name := range []string{hostile, `]`, `"]; s9["x`, `\`, "a -> b", "%%"} {
		d := flow.Describe(sources.Slice([]int{1}, sources.WithName(name)))
		require.Equal(t, 2, strings.Count(d.Mermaid(), "\n"), name)
		require.Equal(t, 2, strings.Count(d.Mermaid(), `"`), name)
		require.Equal(t, 5, strings.Count(d.DOT(), "\n"), name)
		require.True(t, json.Valid(d.JSON()))
	}
}

// opaque is a publisher from elsewhere.
type opaque struct{}

func (opaque) Subscribe(context.Context, flow.Subscriber[int]) {}

func TestDescribeForeignPublishers(t *testing.T) {
	d := flow.Describe(operators.Map[int](opaque{}, func(v int) int { return v }))
	require.Equal(t, "flow_test.opaque", d.Stages[0].Name)
	require.Equal(t, "foreign", d.Stages[0].Kind)
	require.Equal(t, flow.UnknownCapacity, d.MaxElements)
	require.Equal(t, "flowchart LR\n    s1[\"flow_test.opaque\"]\n    s2[\"map#2\"]\n    s1 --> s2\n", d.Mermaid())
	require.Equal(t, "int", flow.Describe(7).Stages[0].Name)
	require.Equal(t, "<nil>", flow.Describe(nil).Stages[0].Name)
}

// TestDescribeUnknownCapacity: it swallows all others, in any order.
func TestDescribeUnknownCapacity(t *testing.T) {
	one := func(v int) []int { return []int{v} }
	for _, p := range []flow.Publisher[int]{
		operators.Async(operators.FlatMapSlice(sources.Of(1), one), 4),
		operators.FlatMapSlice(operators.Async(sources.Of(1), 4), one),
	} {
		require.Equal(t, flow.UnknownCapacity, flow.Describe(p).MaxElements)
	}
}

// TestDescribeKeepsNamesApart: given names may repeat, and may look like
// automatic ones.
func TestDescribeKeepsNamesApart(t *testing.T) {
	src := sources.Slice([]int{1}, sources.WithName("x"))
	same := func(v int) int { return v }
	p := operators.Map(operators.Map(operators.Map(src, same, operators.WithName("x")), same, operators.WithName("map#4")), same)
	p = operators.Map(p, same, operators.WithName("x"))
	var names []string
	for _, s := range flow.Describe(p).Stages {
		names = append(names, s.Name)
	}
	require.Equal(t, []string{"x", "x-2", "map#4", "map#4-2", "x-3"}, names)
}

func TestDescribeSharedStagesOnce(t *testing.T) {
	src := sources.Of(1, 2)
	same := func(v int) int { return v }
	a, b := operators.Map(src, same), operators.Map(src, same)
	d := flow.Describe(operators.Merge(1, a, b, a))
	require.Len(t, d.Stages, 4)
	require.Equal(t, []flow.TopologyEdge{{From: 1, To: 2}, {From: 1, To: 3}, {From: 2, To: 4}, {From: 3, To: 4}, {From: 2, To: 4}}, d.Edges)
}

func TestTopologyAdd(t *testing.T) {
	outs := operators.Broadcast(sources.Of(1), 2, 4)
	d := flow.Describe(outs[0])
	before := append([]flow.TopologyStage{}, d.Stages...)
	d.Add(outs[1])
	d.Add(outs[1]) // is there already
	require.Len(t, d.Stages, 4)
	require.Equal(t, before, d.Stages[:3])
	require.EqualValues(t, 8, d.MaxElements)
	require.Equal(t, "branch#4.2", d.Stages[3].Name)

	node := outs[1].(flow.Describer).Node()
	require.Equal(t, 4, d.Find(node).ID)
	require.Nil(t, d.Find(&flow.Node{}))
	n := 0
	for at, name := range d.Names() {
		require.Equal(t, d.Stages[n].Name, name)
		require.Same(t, d.Find(at), &d.Stages[n])
		n++
	}
	require.Equal(t, 4, n)
}
