package scheduler

import "math/rand/v2"

// Random returns a number of at least 0 and less than n, which must be
// positive. A [Seeded] scheduler takes it from its seed. Only a head may call
// it, in its Run.
func (r *Run) Random(n int64) int64 {
	if s, ok := r.sched.(*Seeded); ok {
		return s.rng.Int64N(n)
	}
	return rand.Int64N(n)
}
