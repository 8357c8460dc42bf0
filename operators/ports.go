package operators

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// portsStage is a junction of any number of sources of one type.
type portsStage[T, R any] struct {
	stage.Junction[R]
	srcs  []flow.Publisher[T]
	ports []stage.Port[T]
}

// join makes a port for each source.
func (s *portsStage[T, R]) join(srcs []flow.Publisher[T]) {
	s.srcs, s.ports = srcs, make([]stage.Port[T], len(srcs))
	for i := range s.ports {
		s.ports[i].Init(&s.Junction, i)
	}
}

// Open subscribes to the sources.
func (s *portsStage[T, R]) Open() {
	for i, src := range s.srcs {
		stage.Subscribe(s.Context(), src, &s.ports[i], s.Meter())
	}
}

// Cancel leaves the sources at once.
func (s *portsStage[T, R]) Cancel() {
	s.Junction.Cancel()
	for i := range s.ports {
		s.ports[i].Cancel()
	}
}

// Abandon leaves the sources and lets go of what is held.
func (s *portsStage[T, R]) Abandon(reason flow.Reason) {
	for i := range s.ports {
		s.ports[i].Drop(reason)
	}
}

// Held returns how many elements wait.
func (s *portsStage[T, R]) Held() (n int) {
	for i := range s.ports {
		n += s.ports[i].Held()
	}
	return n
}
