package stage

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/require"
)

// TestRing: a ring is a queue, whatever it has grown and wrapped to.
func TestRing(t *testing.T) {
	for _, size := range []int{1, 2, 15, 16, 17, 40, 100} {
		rng := rand.New(rand.NewPCG(uint64(size), 1))
		r, want := Ring[int]{Size: size}, []int{}
		for i := range 5000 {
			switch {
			case rng.IntN(200) == 0 && len(want) == 0:
				r.Free()
			case rng.IntN(20) == 0:
				n := rng.IntN(size + 1)
				got := r.Take(nil, n)
				n = min(n, len(want))
				require.Equal(t, want[:n], append([]int{}, got...))
				want = want[n:]
			case len(want) > 0 && (r.Full() || rng.IntN(5) < 2):
				require.Equal(t, want[0], r.Oldest())
				require.Equal(t, want[0], r.Pop())
				want = want[1:]
			case !r.Full():
				r.Push(i)
				want = append(want, i)
			}
			require.Equal(t, len(want), r.Len())
			require.Equal(t, len(want) == size, r.Full())
			require.LessOrEqual(t, len(r.buf), size)
		}
	}
}
