package operators_test

import (
	"context"
	"math/big"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func TestThrottle(t *testing.T) {
	each10 := func(p publisher) publisher { return operators.Throttle(p, 1, 10*ms) }
	three := func(p publisher) publisher { return operators.Throttle(p, 1, 10*ms, operators.WithBurst(3)) }
	runTimed(t, []timedCase{
		{"equal distances", "1@0 2@0 3@0 4@0 |@0", "all@0", "1@0 2@10 3@20 4@30 |@30", each10},
		{"before, at and after the boundary", "1@0 2@9.999999 3@20 4@30.000001 |@31", "all@0", "1@0 2@10 3@20 4@30.000001 |@31", each10},
		{"the burst", "1@0 2@0 3@0 4@0 5@0 |@0", "all@0", "1@0 2@0 3@0 4@10 5@20 |@20", three},
		{"the burst fills, but not beyond", "1@0 2@0 3@0 4@15 5@100 6@100 7@100 8@100 |@200", "all@0", "1@0 2@0 3@0 4@15 5@100 6@100 7@100 8@110 |@200", three},
		{"completion is not delayed", "1@0 |@1", "all@0", "1@0 |@1", each10},
		{"an error is not delayed", "1@0 !@1", "all@0", "1@0 !@1", each10},
		{"demand of one", "1@0 2@0 3@0 |@0", "1@0 1@3 1@25", "1@0 2@10 3@25 |@25", each10},
		{"no demand", "1@0 |@0", "1@25", "1@25 |@25", each10},
		{"cancel", "1@0 2@0", "all@0 x@5", "1@0", each10},
		{"the context ends", "1@0 2@0", "all@0 ctx@5", "1@0 !@5", each10},
	})
}

// TestThrottleKeepsTheRate: element k comes at the first nanosecond that is not
// before k*per/n, also after a million of them.
func TestThrottleKeepsTheRate(t *testing.T) {
	for _, test := range []struct {
		n, burst, count int
		per             time.Duration
	}{
		{7, 1, 1_000_000, time.Second},
		{3, 1, 20_000, 10 * time.Nanosecond},
		{1000, 50, 20_000, 999_999_937},
		{1, 4, 1000, 59 * time.Hour},
		{1_000_000_007, 1000, 20_000, time.Hour},
	} {
		synctest.Test(t, func(t *testing.T) {
			start, k := time.Now(), 0
			src := operators.Throttle(sources.Range(0, int64(test.count)), test.n, test.per, operators.WithBurst(test.burst))
			require.NoError(t, sinks.ForEach(t.Context(), src, func(context.Context, int64) error {
				if at := time.Since(start); at != due(k+1-test.burst, test.n, test.per) {
					t.Fatalf("%d per %v: element %d came at %v", test.n, test.per, k, at)
				}
				k++
				return nil
			}))
			require.Equal(t, test.count, k)
		})
	}
}

// due returns when token k comes, rounded up; the tokens up to 0 are there at
// the start.
func due(k, n int, per time.Duration) time.Duration {
	if k <= 0 {
		return 0
	}
	at := new(big.Int).Mul(big.NewInt(int64(k)), big.NewInt(int64(per)))
	at.Add(at, big.NewInt(int64(n-1))).Div(at, big.NewInt(int64(n)))
	return time.Duration(at.Int64())
}

// TestThrottleNeverExceedsTheBucket, whenever elements and requests come.
func TestThrottleNeverExceedsTheBucket(t *testing.T) {
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 1))
			n, per, burst := 1+rng.IntN(9), time.Duration(1+rng.IntN(50)), 1+rng.IntN(5)
			src := operators.Throttle(sources.Seq(func(yield func(int) bool) {
				for i := range 500 {
					if rng.IntN(3) == 0 {
						time.Sleep(time.Duration(rng.IntN(100)))
					}
					if !yield(i) {
						return
					}
				}
			}), n, per, operators.WithBurst(burst))
			var came []time.Duration
			start := time.Now()
			src = operators.Map(src, func(v int) int { came = append(came, time.Since(start)); return v })
			for _, err := range sinks.Seq(t.Context(), src, sinks.WithPrefetch(1+rng.IntN(20))) {
				require.NoError(t, err)
				if rng.IntN(3) == 0 {
					time.Sleep(time.Duration(rng.IntN(100)))
				}
			}
			require.Len(t, came, 500)
			for i := range came {
				for j := i; j < len(came); j++ {
					// Moments are rounded up, so a window may seem a nanosecond shorter.
					if w := came[j] - came[i] + 1; int64(j-i+1-burst)*int64(per) > int64(w)*int64(n) {
						t.Fatalf("%d per %v, burst %d: %d elements in %v", n, per, burst, j-i+1, w)
					}
				}
			}
		})
	}
}
