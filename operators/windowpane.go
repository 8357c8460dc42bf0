package operators

import "container/heap"

// pane is a window of one key that has not ended.
type pane[K comparable, A any] struct {
	slot       paneSlot[K]
	begin, end int64
	due        int64 // when it is looked at: its end, or sooner
	order      int   // in which they were made
	value      A
	some       bool // value stands for elements
	given      bool // value has been given to a function, which did not return
}

// paneSlot is where a pane is found: a session has no beginning here.
type paneSlot[K comparable] struct {
	key   K
	begin int64
}

// panes are the windows that have not ended. They are ordered by when they are
// due. That of a session moves on with each element, and is put right when its
// turn comes.
type panes[K comparable, A any] struct {
	open  map[paneSlot[K]]*pane[K, A]
	heap  paneHeap[K, A]
	order int
}

func (ps *panes[K, A]) push(p *pane[K, A]) {
	p.due, p.order = p.end, ps.order
	ps.order++
	ps.open[p.slot] = p
	heap.Push(&ps.heap, p)
}

// settle puts the pane first that ends first.
func (ps *panes[K, A]) settle() {
	for len(ps.heap) > 0 && ps.heap[0].due != ps.heap[0].end {
		ps.heap[0].due = ps.heap[0].end
		heap.Fix(&ps.heap, 0)
	}
}

// pop removes a pane that has ended at the moment now, the first one first.
func (ps *panes[K, A]) pop(now int64) *pane[K, A] {
	if len(ps.heap) == 0 || ps.heap[0].due > now {
		return nil
	}
	if ps.settle(); ps.heap[0].end > now {
		return nil
	}
	p := heap.Pop(&ps.heap).(*pane[K, A])
	delete(ps.open, p.slot)
	return p
}

// next returns when to look again, not later than the next pane ends.
func (ps *panes[K, A]) next() (at int64, some bool) {
	if len(ps.heap) == 0 {
		return 0, false
	}
	return ps.heap[0].due, true
}

// clear removes all panes.
func (ps *panes[K, A]) clear() []*pane[K, A] {
	all := ps.heap
	ps.heap = nil
	clear(ps.open)
	return all
}

type paneHeap[K comparable, A any] []*pane[K, A]

func (h paneHeap[K, A]) Len() int { return len(h) }
func (h paneHeap[K, A]) Less(i, j int) bool {
	return h[i].due < h[j].due || h[i].due == h[j].due && h[i].order < h[j].order
}
func (h paneHeap[K, A]) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *paneHeap[K, A]) Push(p any)   { *h = append(*h, p.(*pane[K, A])) }
func (h *paneHeap[K, A]) Pop() any {
	last := len(*h) - 1
	p := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	return p
}
