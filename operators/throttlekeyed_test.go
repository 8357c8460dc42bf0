package operators_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestThrottleKeyed: the tens are the key.
func TestThrottleKeyed(t *testing.T) {
	with := func(keys int, strategy flow.Overflow) func(publisher) publisher {
		cfg := throttleConfig{N: 1, Per: 10 * ms, Strategy: strategy}
		return func(p publisher) publisher {
			return operators.ThrottleKeyed(p, keys, func(v int) int { return v / 10 }, cfg, operators.WithName("it"))
		}
	}
	drop, fail := with(2, flow.DropIncoming), with(2, flow.Fail)
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", drop},
		{"each key for itself", "11@0 12@1 21@2 22@3 13@10 23@11 24@12 |@20", "all@0", "11@0 21@2 13@10 24@12 |@20", drop},
		{"one that is full is forgotten", "11@0 21@6 31@10 12@11 22@11.5 |@20", "all@0", "11@0 21@6 31@10 12@11 22@11.5 |@20", drop},
		{"or will be the soonest", "11@0 21@6 12@10 31@11 13@12 22@13 |@20", "all@0", "11@0 21@6 12@10 31@11 22@13 |@20", drop},
		{"in place of what is dropped", "11@0 12@1 21@2 |@20", "2@0", "11@0 21@2 |@20", drop},
		{"faster", "11@0 21@1 12@2", "all@0", "11@0 21@1 it: flow: rate exceeded@2", fail},
		{"an error", "11@0 !@2", "all@0", "11@0 !@2", drop},
		{"cancel", "11@0 21@5", "all@0 x@3", "11@0", drop},
		{"the context ends", "11@0 21@5", "all@0 ctx@3", "11@0 !@3", drop},
	})
}

// TestThrottleKeyedIsOneRateForEach: of as many keys as it remembers it lets
// pass what a stage for each would.
func TestThrottleKeyedIsOneRateForEach(t *testing.T) {
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 5))
			keys, per, burst := 1+rng.IntN(9), 1+rng.IntN(500), 1+rng.IntN(5)
			levels, last := make([]int, keys), time.Now()
			for i := range levels {
				levels[i] = per * burst
			}
			var want []int
			src := sources.Seq(func(yield func(int) bool) {
				for range 500 {
					time.Sleep(time.Duration(rng.IntN(60)))
					for i := range levels {
						levels[i] = min(per*burst, levels[i]+int(time.Since(last)))
					}
					last = time.Now()
					v := rng.IntN(4 * keys)
					if cost := v / keys * per; levels[v%keys] >= cost {
						levels[v%keys] -= cost
						want = append(want, v)
					}
					if !yield(v) {
						return
					}
				}
			})
			got, err := sinks.Slice(t.Context(), operators.ThrottleKeyed(src, keys, func(v int) int { return v % keys }, throttleConfig{
				N: 1, Per: time.Duration(per), Burst: burst, Strategy: flow.DropIncoming,
				Cost: func(v int) int64 { return int64(v / keys) },
			}))
			require.NoError(t, err)
			require.Equal(t, want, got)
		})
	}
}

// TestThrottleKeyedForgetsWhatIsFull: keys that come one after another, each
// until its tokens are gone, need no more places than are busy at once.
func TestThrottleKeyedForgetsWhatIsFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		src := operators.Throttle(sources.Range(0, 9000), 3, 10*ms) // a key has three elements, in 10 ms
		busy := operators.ThrottleKeyed(src, 2, func(v int64) int64 { return v / 3 },
			operators.ThrottleConfig[int64]{N: 1, Per: 10 * ms, Strategy: flow.DropIncoming})
		n, err := sinks.Count(t.Context(), busy)
		require.NoError(t, err)
		require.EqualValues(t, 3000, n)
	})
}

// TestThrottleKeyedOfNaN: it is never equal to another, and takes no place.
func TestThrottleKeyedOfNaN(t *testing.T) {
	src := sources.Of(math.NaN(), 1, math.NaN(), 1, math.NaN(), 2)
	itself := func(v float64) float64 { return v }
	got, err := sinks.Slice(t.Context(), operators.ThrottleKeyed(src, 1, itself,
		operators.ThrottleConfig[float64]{N: 1, Per: time.Hour, Strategy: flow.DropIncoming}))
	require.NoError(t, err)
	require.Len(t, got, 5)
	require.Equal(t, []float64{1, 2}, []float64{got[1], got[4]})
}

func TestThrottleKeyedOfAKeyThatPanics(t *testing.T) {
	src := operators.ThrottleKeyed(sources.Of(1, 2, 7, 3), 9, func(v int) int {
		if v == 7 {
			panic(errStop)
		}
		return v
	}, throttleConfig{N: 1, Per: time.Hour, Strategy: flow.Fail})
	got, err := sinks.Slice(t.Context(), src)
	require.Equal(t, []int{1, 2}, got)
	var p *flow.PanicError
	require.ErrorAs(t, err, &p)
	require.Equal(t, "throttlekeyed#2", p.Stage)
}
