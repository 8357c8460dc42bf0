package scheduler

import (
	"context"
	"math/rand/v2"
	"time"
)

// Random returns a number of at least 0 and less than n, which must be
// positive. A [Seeded] scheduler takes it from its seed. Only a head may call
// it, in its Run.
func (r *Run) Random(n int64) int64 {
	if s, ok := r.sched.(*Seeded); ok {
		return s.rng.Int64N(n)
	}
	return rand.Int64N(n)
}

// RandomIn is [Run.Random] for a function that has only the context of its run,
// on whatever goroutine. On a [Seeded] scheduler the number follows from the
// seed and the moment, so that goroutines that ask at once do not race for it.
func RandomIn(ctx context.Context, n int64) int64 {
	if s, ok := From(ctx).(*Seeded); ok {
		return rand.New(rand.NewPCG(s.seed, uint64(time.Now().UnixNano()))).Int64N(n)
	}
	return rand.Int64N(n)
}
