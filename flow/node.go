package flow

import "fmt"

// UnknownCapacity is the capacity of a stage whose bound cannot be known, such
// as a publisher from elsewhere.
const UnknownCapacity int64 = -1

// Node is the description of one stage of a blueprint, made at assembly. A
// publisher that has one implements [Describer]; one that has none appears in
// descriptions as an opaque node.
type Node struct {
	Kind     string    // "map", "async"
	Name     string    // given name, or "" for an automatic one
	Up       *Node     // upstream, nil for a source
	More     *NodeList // further upstreams of a fan-in
	Capacity int64     // most elements the stage holds between signals
	Branch   int32     // 1..n for the outputs of a fan-out, else 0
	Strategy Overflow  // of a buffer, else 0
	Boundary bool      // its upstream runs on an island of its own
	Sink     bool      // it ends the graph
	Dynamic  bool      // it makes streams while it runs, whose stages are not described
}

// NodeList is the list of upstreams of a fan-in.
type NodeList []*Node

// Describer is a publisher that can describe itself. Keep a [Node] in the
// blueprint and return its address.
type Describer interface {
	// Node returns the same pointer on every call.
	Node() *Node
}

// NodeOf returns the node of a publisher, or a new opaque one. A node is its
// own.
func NodeOf(publisher any) *Node {
	switch p := publisher.(type) {
	case *Node:
		return p
	case Describer:
		return p.Node()
	}
	return &Node{Kind: "foreign", Name: fmt.Sprintf("%T", publisher), Capacity: UnknownCapacity}
}

// Upstreams returns what the stage reads, in order.
func (n *Node) Upstreams() (all []*Node) {
	if n.Up != nil {
		all = append(all, n.Up)
	}
	if n.More != nil {
		all = append(all, *n.More...)
	}
	return all
}
