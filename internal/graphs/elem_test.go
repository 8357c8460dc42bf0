package graphs

import (
	"sync"
	"sync/atomic"

	"github.com/weirgo/weir/flow"
)

// kind is a type of elements: how to make one of a number, how a function that
// consumes one gets the number back, and how one that only looks at it does.
type kind[T any] struct {
	mint func(v int) T
	use  func(e T) int
	look func(e T) int
}

// plain elements are numbers.
func plain() kind[int] {
	same := func(v int) int { return v }
	return kind[int]{same, same, same}
}

// owned is an element that must be dealt with exactly once by each of its
// owners: used by a function, or released.
type owned struct {
	v      int
	owners atomic.Int32 // who have not dealt with it yet
	last   atomic.Uint32
}

const used = flow.ReasonsCount // beside the reasons for a release

func (e *owned) Release(r flow.Reason) {
	e.last.Store(uint32(r))
	e.owners.Add(-1)
}

// Fork gives the element to n owners, who replace the one that calls.
func (e *owned) Fork(n int) { e.owners.Add(int32(n) - 1) }

// register keeps all owned elements of a graph.
type register struct {
	mu  sync.Mutex
	all []*owned
}

func (r *register) kind() kind[*owned] {
	return kind[*owned]{
		mint: func(v int) *owned {
			e := &owned{v: v}
			e.owners.Store(1)
			r.mu.Lock()
			r.all = append(r.all, e)
			r.mu.Unlock()
			return e
		},
		use: func(e *owned) int {
			e.last.Store(used)
			e.owners.Add(-1)
			return e.v
		},
		look: func(e *owned) int { return e.v },
	}
}
