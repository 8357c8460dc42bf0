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
	inner  map[string]*flow.Stats // of stages in inner streams
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
	for _, s := range n.inner {
		s.Final.Store(true)
	}
}

// counters returns the stats of the stage and announces them the first time.
func (n *names) counters(node *flow.Node) *flow.Stats {
	n.mu.Lock()
	defer n.mu.Unlock()
	stats, ok := n.stats[node]
	if !ok {
		stats = n.announce(node, n.name)
		n.stats[node] = stats
	}
	return stats
}

// innerCounters is counters for a stage of an inner stream, by its name.
func (n *names) innerCounters(node *flow.Node, name func(*flow.Node) string) *flow.Stats {
	own := name(node)
	n.mu.Lock()
	defer n.mu.Unlock()
	stats, ok := n.inner[own]
	if !ok {
		stats = n.announce(node, name)
		n.inner[own] = stats
	}
	return stats
}

// announce tells the observer of a stage. The lock is held.
func (n *names) announce(node *flow.Node, name func(*flow.Node) string) *flow.Stats {
	if n.stats == nil {
		n.stats = make(map[*flow.Node]*flow.Stats)
		n.inner = make(map[string]*flow.Stats)
	}
	s := new(flow.Stats)
	info := flow.StageInfo{
		Stream: n.stream, Stage: name(node), Kind: node.Kind,
		Strategy: node.Strategy.String(), Capacity: max(0, node.Capacity), Boundary: node.Boundary,
	}
	for _, up := range node.Upstreams() {
		info.Upstream = append(info.Upstream, name(up))
	}
	n.observer.OnStage(info, s)
	return s
}
