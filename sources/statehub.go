package sources

import (
	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/internal/stage"
)

// StateHub is a [Hub] that has a value at any time: the newest element. Others
// call it a behaviour subject, or a state flow.
type StateHub[T any] struct{ Hub[T] }

// NewStateHub is [NewHub], and its value is initial until the first element
// comes. A new subscriber gets the value first. With [flow.Latest] a slow
// subscriber gets the newest value, and not those that it has missed.
//
//	Emit           -----1--2-----3--|
//	NewStateHub(0, 1, flow.Latest)
//	a              0----1--2-----3--|
//	late           ----------^2--3--|
//
// Demand: whoever emits does not know of it, but for Emit that waits.
//
// Buffer: the value, and at most one element more than capacity for each
// subscriber; [flow.Latest] keeps one, so its capacity must be 1.
//
// Errors: as those of [NewHub].
//
// Ends: as that of [NewHub]. A subscriber that comes after the end gets only
// that. Panics if capacity is less than 1, if the strategy is unknown, or if
// elements are a [flow.Releaser].
func NewStateHub[T any](initial T, capacity int, strategy flow.Overflow, opts ...Option) *StateHub[T] {
	s := new(StateHub[T])
	s.hubEntrance = newEntrance("sources.NewStateHub", stage.NewBlueprint("statehub", nil, opts), &s.Hub, 1, capacity, strategy)
	s.core.Init("sources.NewStateHub", 1, true, nil)
	s.core.Emit(nil, initial) //nolint:staticcheck // nil says that it does not wait
	return s
}

// Value returns the value, also after the end.
func (s *StateHub[T]) Value() T { return s.core.Newest() }
