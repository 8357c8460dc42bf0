package flowtest

import (
	"context"
	"testing"
	"testing/synctest"

	"github.com/weirgo/weir/scheduler"
)

// Simulate runs f in a testing/synctest bubble, under a context whose streams
// run on scheduler.NewSeeded(seed): single-threaded, in virtual time, with
// every choice taken from the seed. The same seed repeats the same run, as
// long as the functions of its pipelines wait only on their context, on
// package time, or on sinks. A failing test names its seed.
//
// Options can record the choices, see scheduler.OnStep.
func Simulate(t *testing.T, seed uint64, f func(t *testing.T, ctx context.Context), opts ...scheduler.SeededOption) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		t.Cleanup(func() {
			if t.Failed() {
				t.Logf("flowtest.Simulate: failed with seed %d", seed)
			}
		})
		opts := append([]scheduler.SeededOption{scheduler.Quiesce(synctest.Wait)}, opts...)
		f(t, scheduler.With(t.Context(), scheduler.NewSeeded(seed, opts...)))
	})
}
