package stage

import "slices"

// Values is a source that emits the elements of a slice.
type Values[T any] struct {
	Source[T]
	Rest []T // not emitted yet
}

// Produce emits at most n elements.
func (s *Values[T]) Produce(n int) (emitted int, next Progress, err error) {
	n = s.Offer(slices.Clip(s.Rest[:min(n, len(s.Rest))]))
	if s.Rest = s.Rest[min(n, len(s.Rest)):]; len(s.Rest) == 0 { // none after Stop
		return n, Last, nil
	}
	return n, More, nil
}

// Offers implements [Chooser].
func (*Values[T]) Offers() {}

// Stop forgets the elements.
func (s *Values[T]) Stop() { s.Rest = nil }
