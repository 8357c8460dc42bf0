package sources

import (
	"context"
	"sync"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// MergeHub is a publisher of the elements of other publishers, which are added
// at any time. Make one with [NewMergeHub].
type MergeHub[T any] struct {
	stage.Blueprint
	capacity int

	mu      sync.Mutex
	stage   *mergeHubStage[T] // of the subscriber
	taken   bool              // there has been one
	waiting []flow.Publisher[T]
	closed  bool
}

// NewMergeHub returns a publisher of the elements of all publishers that are
// given to [MergeHub.Add], as they come, each in its own order. It has one
// subscriber; a second one gets [flow.ErrAlreadySubscribed]. What is added before
// that has come waits for it.
//
//	Add(a)         --1-----3--|
//	Add(b)         ----2-----------4--|
//	NewMergeHub(4) --1-2---3-------4-- (until Close)
//
// Demand: requests capacity elements of each publisher at once, and again what
// has been handed on when that is three quarters of it. When there is no demand
// for all that is there, each has its turn.
//
// Buffer: at most capacity elements for each publisher, while there is no demand.
//
// Errors: the first error of a publisher cancels the others and is passed on
// after the elements before it. Put operators.Resume behind one whose errors are
// to stay its own.
//
// Ends: completes after [MergeHub.Close], or when its graph drains, when all
// publishers have. Panics if capacity is less than 1.
func NewMergeHub[T any](capacity int, opts ...Option) *MergeHub[T] {
	stage.Require(capacity > 0, "sources.NewMergeHub: capacity %d, must be at least 1", capacity)
	h := &MergeHub[T]{Blueprint: stage.NewBlueprint("mergehub", nil, opts), capacity: capacity}
	n := h.Node()
	n.Capacity, n.Dynamic = flow.UnknownCapacity, true
	return h
}

// Add adds a publisher. It returns false, and does nothing, when the hub is
// closed or its stream is over.
func (h *MergeHub[T]) Add(src flow.Publisher[T]) bool {
	stage.Require(src != nil, "sources.MergeHub.Add: nil publisher")
	h.mu.Lock()
	s, ok := h.stage, !h.closed
	if ok {
		h.waiting = append(h.waiting, stage.Adapt(src))
	}
	h.mu.Unlock()
	if ok && s != nil {
		s.Ready()
	}
	return ok
}

// Close lets the stream complete when all publishers that were added have.
func (h *MergeHub[T]) Close() {
	h.mu.Lock()
	h.closed = true
	s := h.stage
	h.mu.Unlock()
	if s != nil {
		s.Ready()
	}
}

// Subscribe starts the stream.
func (h *MergeHub[T]) Subscribe(ctx context.Context, down flow.Subscriber[T]) {
	ctx = stage.Enter(ctx, h.Node(), down)
	h.mu.Lock()
	second := h.taken
	h.taken = true
	h.mu.Unlock()
	if second {
		stage.Refuse(ctx, h.Node(), down, &flow.StageError{Stage: "mergehub", Err: flow.ErrAlreadySubscribed})
		return
	}
	s := &mergeHubStage[T]{hub: h}
	h.mu.Lock()
	h.stage = s // a mark that comes before it has begun is kept
	h.mu.Unlock()
	s.Begin(ctx, h.Node(), down, s, h.capacity, true)
}
