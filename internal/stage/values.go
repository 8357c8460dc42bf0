package stage

import "slices"

// Values is a source that emits the elements of a slice.
type Values[T any] struct {
	Source[T]
	Rest []T // not emitted yet
}

// Produce emits at most n elements.
func (s *Values[T]) Produce(n int) (emitted int, next Progress, err error) {
	vs := s.Rest[:min(n, len(s.Rest))]
	s.Rest = s.Rest[len(vs):]
	s.Batch(slices.Clip(vs))
	if len(s.Rest) == 0 {
		return len(vs), Last, nil
	}
	return len(vs), More, nil
}

// Stop forgets the elements.
func (s *Values[T]) Stop() { s.Rest = nil }
