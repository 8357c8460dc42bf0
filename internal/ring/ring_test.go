package ring

import (
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzModel compares the ring with a slice, over any sequence of operations.
func FuzzModel(f *testing.F) {
	f.Add(uint8(1), []byte{1, 2, 3})
	f.Add(uint8(5), []byte{5, 5, 0, 7, 1, 9, 200, 3, 12, 40})
	f.Add(uint8(16), []byte{255, 16, 33, 8, 1, 2, 3, 250})
	f.Fuzz(func(t *testing.T, capacity uint8, ops []byte) {
		c := int(capacity)%40 + 1
		var r SPSC[int]
		r.Init(c)
		var model []int
		next := 0
		for _, op := range ops {
			switch n := int(op) / 3; op % 3 {
			case 0: // push a batch
				vs := make([]int, n%(c+2))
				for i := range vs {
					vs[i] = next + i
				}
				fits := len(model)+len(vs) <= c
				require.Equal(t, fits, r.Push(vs))
				if fits {
					model = append(model, vs...)
					next += len(vs)
				}
			case 1: // push one
				fits := len(model) < c
				require.Equal(t, fits, r.Push1(next))
				if fits {
					model = append(model, next)
					next++
				}
			default: // take some
				vs := r.Peek(n)
				require.LessOrEqual(t, len(vs), n)
				require.True(t, slices.Equal(vs, model[:len(vs)]))
				if n > 0 && len(model) > 0 {
					require.NotEmpty(t, vs)
				}
				if len(vs) > 0 {
					r.Take(len(vs))
				}
				r.Free(true)
				model = model[len(vs):]
			}
			require.Equal(t, len(model), r.Len())
		}
	})
}

// TestTwoGoroutines: all elements come through, in order and once. The elements
// are pointers to plain memory, so that the race detector sees a missing
// happens-before.
func TestTwoGoroutines(t *testing.T) {
	const n = 200_000
	for _, capacity := range []int{1, 2, 3, 7, 64, 256} {
		var r SPSC[*int]
		r.Init(capacity)
		var all sync.WaitGroup
		all.Go(func() {
			for i := 0; i < n; {
				batch := make([]*int, 0, 8)
				for k := range 1 + i%min(8, capacity) {
					if i+k < n {
						v := i + k
						batch = append(batch, &v)
					}
				}
				if len(batch) == 1 && !r.Push1(batch[0]) || len(batch) != 1 && !r.Push(batch) {
					runtime.Gosched()
					continue
				}
				i += len(batch)
			}
		})
		all.Go(func() {
			for i := 0; i < n; {
				vs := r.Peek(16)
				if len(vs) == 0 {
					runtime.Gosched()
					continue
				}
				for _, v := range vs {
					if *v != i {
						t.Errorf("capacity %d: element %d is %d", capacity, i, *v)
						return
					}
					i++
				}
				r.Take(len(vs))
				r.Free(true)
			}
		})
		all.Wait()
		require.Zero(t, r.Len())
	}
}

func TestIdleRingHasNoMemory(t *testing.T) {
	var r SPSC[int]
	r.Init(1 << 20)
	require.Nil(t, r.Peek(1))
	r.Free(true)
	require.Zero(t, r.Len())
	require.Nil(t, r.core.Load())
	require.Equal(t, "ring(0 of 1048576)", r.String())
}
