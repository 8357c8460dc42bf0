package scheduler

import (
	"context"
	"strconv"
	"sync"

	"github.com/weirgo/weir/flow"
)

// names gives the stages of a run, and of the runs inside it, their names and
// counters. It does nothing until somebody asks.
type names struct {
	stream   string
	observer flow.Observer

	mu     sync.Mutex
	roots  []*flow.Node // sinks not yet described
	byNode map[*flow.Node]string
	used   map[string]bool
	stats  map[*flow.Node]*flow.Stats
}

func newNames(ctx context.Context) *names {
	return &names{stream: flow.StreamFrom(ctx), observer: flow.ObserverFrom(ctx)}
}

// root adds a graph of stages, known by its last one.
func (n *names) root(node *flow.Node) {
	if node == nil {
		return
	}
	n.mu.Lock()
	n.roots = append(n.roots, node)
	n.mu.Unlock()
}

// of returns the name of the stage.
func (n *names) of(node *flow.Node) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.name(node)
}

func (n *names) name(node *flow.Node) string {
	for _, root := range n.roots {
		n.describe(root)
	}
	n.roots = nil
	name, ok := n.byNode[node]
	if !ok {
		n.describe(node)
		name = n.byNode[node]
	}
	return name
}

// describe names all stages behind root that have no name yet.
func (n *names) describe(root *flow.Node) {
	if n.byNode == nil {
		n.byNode = make(map[*flow.Node]string)
		n.used = make(map[string]bool)
	}
	for node, name := range flow.Describe(root).Names() {
		if _, ok := n.byNode[node]; ok {
			continue
		}
		for base, k := name, 2; n.used[name]; k++ {
			name = base + "-" + strconv.Itoa(k)
		}
		n.byNode[node] = name
		n.used[name] = true
	}
}

// seal says that the counters do not change any more.
func (n *names) seal() {
	n.mu.Lock()
	defer n.mu.Unlock()
	for _, s := range n.stats {
		s.Final.Store(true)
	}
}

// counters returns the stats of the stage and announces them the first time.
func (n *names) counters(node *flow.Node) *flow.Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	if s, ok := n.stats[node]; ok {
		return s
	}
	if n.stats == nil {
		n.stats = make(map[*flow.Node]*flow.Stats)
	}
	s := new(flow.Stats)
	n.stats[node] = s
	info := flow.StageInfo{
		Stream: n.stream, Stage: n.name(node), Kind: node.Kind,
		Strategy: node.Strategy.String(), Capacity: max(0, node.Capacity), Boundary: node.Boundary,
	}
	for _, up := range node.Upstreams() {
		info.Upstream = append(info.Upstream, n.name(up))
	}
	n.observer.OnStage(info, s)
	return s
}
