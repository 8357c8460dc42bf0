package flow

import (
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"strings"
)

// Topology is the graph of stages behind a publisher, upstream first.
type Topology struct {
	Stages []TopologyStage `json:"stages"`
	Edges  []TopologyEdge  `json:"edges"`
	// MaxElements is the largest number of elements that the stages hold
	// between signals, or UnknownCapacity where that cannot be known.
	MaxElements int64 `json:"max_elements"`
}

// TopologyStage is a stage of a [Topology].
type TopologyStage struct {
	ID       int    `json:"id"` // from 1, upstream first
	Name     string `json:"name"`
	Kind     string `json:"kind"`
	Capacity int64  `json:"capacity"` // elements; UnknownCapacity where not known
	Boundary bool   `json:"boundary,omitempty"`
	Strategy string `json:"strategy,omitempty"`

	node *Node
}

// TopologyEdge says that elements go from one stage to another.
type TopologyEdge struct {
	From int `json:"from"`
	To   int `json:"to"`
}

// Describe returns the topology of what runs when publisher is subscribed. It
// accepts any value: one that is no [Describer] is a single opaque stage.
// Stages without a given name are called kind#id, with the number of the
// branch appended below a fan-out.
func Describe(publisher any) *Topology {
	t := &Topology{}
	t.add(NodeOf(publisher), make(map[*Node]int))
	return t
}

// Add describes a further publisher of the same graph. Stages that are there
// already keep their id and name.
func (t *Topology) Add(publisher any) {
	seen := make(map[*Node]int, len(t.Stages))
	for _, s := range t.Stages {
		seen[s.node] = s.ID
	}
	t.add(NodeOf(publisher), seen)
}

func (t *Topology) add(n *Node, seen map[*Node]int) int {
	if id, ok := seen[n]; ok {
		return id
	}
	seen[n] = 0 // a loop ends here
	var from []int
	for _, u := range n.Upstreams() {
		from = append(from, t.add(u, seen))
	}

	id := len(t.Stages) + 1
	seen[n] = id
	t.Stages = append(t.Stages, TopologyStage{
		ID: id, Name: t.name(n, id), Kind: n.Kind, Capacity: n.Capacity,
		Boundary: n.Boundary, Strategy: n.Strategy.String(), node: n,
	})
	for _, f := range from {
		t.Edges = append(t.Edges, TopologyEdge{From: f, To: id})
	}
	if n.Capacity == UnknownCapacity || n.Dynamic || t.MaxElements == UnknownCapacity {
		t.MaxElements = UnknownCapacity
	} else {
		t.MaxElements += n.Capacity
	}
	return id
}

// name returns the given or automatic name of n, made unique in t.
func (t *Topology) name(n *Node, id int) string {
	name := n.Name
	if name == "" {
		name = n.Kind + "#" + strconv.Itoa(id)
	}
	if b := branchOf(n); b != "" && n.Name == "" {
		name += b
	}
	for base, k := name, 2; t.has(name); k++ {
		name = base + "-" + strconv.Itoa(k)
	}
	return name
}

func (t *Topology) has(name string) bool {
	for _, s := range t.Stages {
		if s.Name == name {
			return true
		}
	}
	return false
}

// branchOf returns ".2" for a stage that reads, directly or through stages
// with one upstream, the second output of a fan-out.
func branchOf(n *Node) (label string) {
	seen := make(map[*Node]bool) // a loop ends here
	for ; n != nil && n.More == nil && !seen[n]; n = n.Up {
		seen[n] = true
		if n.Branch > 0 {
			label = "." + strconv.Itoa(int(n.Branch)) + label
		}
	}
	return label
}

// Find returns the stage of the node, or nil.
func (t *Topology) Find(n *Node) *TopologyStage {
	for i := range t.Stages {
		if t.Stages[i].node == n {
			return &t.Stages[i]
		}
	}
	return nil
}

// JSON returns the topology as indented JSON.
func (t *Topology) JSON() []byte {
	b, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		panic(err) // only numbers and strings are in it
	}
	return b
}

// DOT returns the topology in the language of Graphviz.
func (t *Topology) DOT() string {
	var b strings.Builder
	b.WriteString("digraph weir {\n\trankdir=LR;\n\tnode [shape=box];\n")
	for _, s := range t.Stages {
		fmt.Fprintf(&b, "\ts%d [label=%s];\n", s.ID, strconv.Quote(s.label("\n")))
	}
	for _, e := range t.Edges {
		fmt.Fprintf(&b, "\ts%d -> s%d%s;\n", e.From, e.To, t.style(e, " [style=dashed]"))
	}
	b.WriteString("}\n")
	return b.String()
}

// Mermaid returns the topology as a Mermaid flowchart. Edges across an
// asynchronous boundary are dotted.
func (t *Topology) Mermaid() string {
	var b strings.Builder
	b.WriteString("flowchart LR\n")
	for _, s := range t.Stages {
		label := strings.NewReplacer("&", "&amp;", `"`, "&quot;", "<", "&lt;", ">", "&gt;").Replace(s.label(", "))
		fmt.Fprintf(&b, "    s%d[\"%s\"]\n", s.ID, label)
	}
	for _, e := range t.Edges {
		arrow := "-->"
		if t.style(e, "x") != "" {
			arrow = "-.->"
		}
		fmt.Fprintf(&b, "    s%d %s s%d\n", e.From, arrow, e.To)
	}
	return b.String()
}

func (s TopologyStage) label(sep string) string {
	label := s.Name
	if s.Capacity > 0 {
		label += sep + "holds " + strconv.FormatInt(s.Capacity, 10)
	}
	if s.Strategy != "" {
		label += sep + s.Strategy
	}
	return label
}

func (t *Topology) style(e TopologyEdge, boundary string) string {
	if t.Stages[e.To-1].Boundary {
		return boundary
	}
	return ""
}

// Names returns the stages' nodes with their names, in the order of their ids.
func (t *Topology) Names() iter.Seq2[*Node, string] {
	return func(yield func(*Node, string) bool) {
		for _, s := range t.Stages {
			if !yield(s.node, s.Name) {
				return
			}
		}
	}
}
