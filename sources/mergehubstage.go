package sources

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
	"github.com/weirgo/weir/scheduler"
)

// mergeHubStage is the head that all publishers of a [MergeHub] emit into.
type mergeHubStage[T any] struct {
	stage.Fanin[T]
	hub  *MergeHub[T]
	last bool // no further publishers come
}

// Open does nothing: publishers come with the passes.
func (*mergeHubStage[T]) Open() {}

// Done does nothing: the stream ends with the hub.
func (*mergeHubStage[T]) Done() {}

// Sever closes the hub, and lets go of the publishers that wait.
func (s *mergeHubStage[T]) Sever() { s.hub.take(true) }

// Run subscribes to the publishers that were added, and emits what is held.
func (s *mergeHubStage[T]) Run(n int) (emitted int, again bool) {
	defer s.forget() // also where a function below does not return
	if !s.last && !s.Over() && s.Events()&^scheduler.Draining == 0 {
		srcs, closed := s.hub.take(s.Events()&scheduler.Draining != 0)
		for _, src := range srcs {
			stage.Subscribe(s.Context(), src, s.Add(), s.Meter())
		}
		if closed {
			s.last = true
			s.Last()
		}
	}
	return s.Fanin.Run(n)
}

// forget lets the hub forget the stage when that has ended.
func (s *mergeHubStage[T]) forget() {
	if s.Closed() {
		s.hub.end()
	}
}

// end closes the hub for good.
func (h *MergeHub[T]) end() {
	h.mu.Lock()
	h.closed, h.stage, h.waiting = true, nil, nil
	h.mu.Unlock()
}

// take returns the publishers that wait, and whether no others will come.
func (h *MergeHub[T]) take(shut bool) (srcs []flow.Publisher[T], closed bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	srcs, h.waiting = h.waiting, nil
	h.closed = h.closed || shut
	return srcs, h.closed
}
