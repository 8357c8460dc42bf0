package operators

import (
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// rounds assembles the subscribers of several outputs: the k-th of each output
// make up the k-th round, which begins when it has them all.
type rounds[R any] struct {
	mu     sync.Mutex
	joined []int // rounds that each output has joined
	first  int   // number of the oldest round that waits for outputs
	open   []*assembly[R]
}

// assembly is a round, and how many outputs are without a subscriber in it.
type assembly[R any] struct {
	round   R
	missing int
}

// join returns the round that the output has not been in yet. begin makes one.
func (r *rounds[R]) join(output int, begin func() R) *assembly[R] {
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.joined[output] - r.first
	r.joined[output]++
	if at == len(r.open) {
		r.open = append(r.open, &assembly[R]{begin(), len(r.joined)})
	}
	return r.open[at]
}

// ready counts an output whose line is ready. It returns true for the last one
// of the round.
func (r *rounds[R]) ready(a *assembly[R]) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a.missing--; a.missing > 0 {
		return false
	}
	r.open[0] = nil
	r.open = r.open[1:]
	r.first++
	return true
}

// branch describes an output, from 0, of the stage up.
func branch(up *flow.Node, output, capacity int) stage.Blueprint {
	b := stage.NewBlueprint("branch", nil, nil)
	node := b.Node()
	node.Up, node.Branch = up, int32(output+1)
	node.Capacity, node.Boundary = int64(capacity), true
	if up.Name != "" {
		node.Name = stage.Numbered(up.Name, output+1)
	}
	return b
}
