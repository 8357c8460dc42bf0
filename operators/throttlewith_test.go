package operators_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

type throttleConfig = operators.ThrottleConfig[int]

func throttled(cfg throttleConfig) func(publisher) publisher {
	return func(p publisher) publisher { return operators.ThrottleWith(p, cfg, operators.WithName("it")) }
}

func TestThrottleWithCost(t *testing.T) {
	three := throttled(throttleConfig{N: 1, Per: 10 * ms, Burst: 3, Cost: itself, Strategy: flow.Block})
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", three},
		{"one", "3@0 |@0", "all@0", "3@0 |@0", three},
		{"each waits for its cost", "1@0 2@0 3@0 2@0 |@0", "all@0", "1@0 2@0 3@30 2@50 |@50", three},
		{"before, at and after the boundary", "3@0 1@9.999999 1@20 1@30.000001 |@31", "all@0", "3@0 1@10 1@20 1@30.000001 |@31", three},
		{"more than the burst leaves a debt", "9@0 1@0 4@0 1@0 |@0", "all@0", "9@0 1@70 4@100 1@120 |@120", three},
		{"what is free", "3@0 0@0 0@0 1@0 0@0 |@0", "all@0", "3@0 0@0 0@0 1@10 0@10 |@10", three},
		{"demand of one", "1@0 3@0 |@0", "1@0 1@50", "1@0 3@50 |@50", three},
		{"demand that comes in the meantime", "2@0 3@0 1@0 |@0", "1@0 1@5 1@6", "2@0 3@20 1@30 |@30", three},
		{"an error behind what waits", "2@0 3@0 !@0", "all@0", "2@0 3@20 !@20", three},
		{"an error while nothing waits", "2@0 !@5", "all@0", "2@0 !@5", three},
		{"cancel", "3@0 2@0", "all@0 x@5", "3@0", three},
		{"the context ends", "3@0 2@0", "all@0 ctx@5", "3@0 !@5", three},
	})
}

func TestThrottleWithDrops(t *testing.T) {
	drop := throttled(throttleConfig{N: 1, Per: 10 * ms, Strategy: flow.DropIncoming})
	cost := throttled(throttleConfig{N: 1, Per: 10 * ms, Burst: 3, Cost: itself, Strategy: flow.DropIncoming})
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", drop},
		{"before, at and after the boundary", "1@0 2@9.999999 3@10 4@20.000001 5@30 |@31", "all@0", "1@0 3@10 4@20.000001 |@31", drop},
		{"in place of what is dropped", "1@0 2@5 3@12 |@40", "2@0", "1@0 3@12 |@40", drop},
		{"when it is asked for", "1@0 2@0 3@0 |@0", "1@20 1@22", "1@20 |@22", drop},
		{"by cost", "2@0 2@5 1@6 4@50 3@51 0@52 1@53 |@60", "all@0", "2@0 1@6 3@51 0@52 |@60", cost},
		{"an error", "1@0 2@5 !@6", "all@0", "1@0 !@6", drop},
		{"cancel", "1@0 2@5 3@15", "all@0 x@7", "1@0", drop},
		{"the context ends", "1@0 2@5 3@15", "all@0 ctx@7", "1@0 !@7", drop},
	})
}

func TestThrottleWithFails(t *testing.T) {
	fail := throttled(throttleConfig{N: 1, Per: 10 * ms, Burst: 2, Strategy: flow.Fail})
	cost := throttled(throttleConfig{N: 1, Per: 10 * ms, Burst: 3, Cost: itself, Strategy: flow.Fail})
	runTimed(t, []timedCase{
		{"as fast as it may be", "1@0 2@0 3@10 4@20 |@20", "all@0", "1@0 2@0 3@10 4@20 |@20", fail},
		{"faster", "1@0 2@0 3@9.999999 |@20", "all@0", "1@0 2@0 it: flow: rate exceeded@9.999999", fail},
		{"more than the burst", "1@0 4@50 |@60", "all@0", "1@0 it: flow: rate exceeded@50", cost},
	})
	got, err := sinks.Slice(t.Context(), fail(sources.Slice(numbersTo(9))))
	require.Equal(t, []int{0, 1}, got, "what came before, of one batch")
	require.ErrorIs(t, err, flow.ErrRateExceeded)
}

// TestThrottleWithKeepsTheRate: an element comes at the first nanosecond at
// which all tokens up to its own are there.
func TestThrottleWithKeepsTheRate(t *testing.T) {
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 3))
			n, per, burst := 1+rng.IntN(9), time.Duration(1+rng.IntN(1000)), 1+rng.IntN(20)
			costs := make([]int, 300)
			for i := range costs {
				costs[i] = rng.IntN(burst + 1)
			}
			start, sum := time.Now(), 0
			src := throttled(throttleConfig{N: n, Per: per, Burst: burst, Cost: itself, Strategy: flow.Block})(sources.Slice(costs))
			require.NoError(t, sinks.ForEach(t.Context(), src, func(_ context.Context, v int) error {
				sum += v
				require.Equal(t, due(sum-burst, n, per), time.Since(start), "%d per %v, burst %d", n, per, burst)
				return nil
			}))
		})
	}
}

// TestThrottleWithDropsWhatExceeds a bucket that is counted in nanoseconds.
func TestThrottleWithDropsWhatExceeds(t *testing.T) {
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 4))
			per, burst := 1+rng.IntN(50), 1+rng.IntN(5)
			var want []int
			level, last := per*burst, time.Now()
			src := sources.Seq(func(yield func(int) bool) {
				for i := range 500 {
					time.Sleep(time.Duration(rng.IntN(60)))
					level = min(per*burst, level+int(time.Since(last)))
					last = time.Now()
					if cost := i % 4; level >= cost*per {
						level -= cost * per
						want = append(want, i)
					}
					if !yield(i) {
						return
					}
				}
			})
			got, err := sinks.Slice(t.Context(), operators.ThrottleWith(src, throttleConfig{
				N: 1, Per: time.Duration(per), Burst: burst, Strategy: flow.DropIncoming,
				Cost: func(v int) int64 { return int64(v % 4) },
			}))
			require.NoError(t, err)
			require.Equal(t, want, got)
			require.Less(t, len(got), 500)
		})
	}
}

// TestThrottleWithBadCosts: the elements before it are handed on.
func TestThrottleWithBadCosts(t *testing.T) {
	for _, strategy := range []flow.Overflow{flow.Block, flow.DropIncoming, flow.Fail} {
		for what, bad := range map[string]func() int64{
			"panics":   func() int64 { panic(errStop) },
			"negative": func() int64 { return -3 },
		} {
			for on, s := range schedulers {
				cfg := throttleConfig{N: 1, Per: 1, Burst: 100, Strategy: strategy, Cost: func(v int) int64 {
					if v == 7 {
						return bad()
					}
					return int64(v)
				}}
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), throttled(cfg)(sources.Of(1, 2, 7, 3)))
				require.Equal(t, []int{1, 2}, got, "%s %v on %s", what, strategy, on)
				if what == "negative" {
					require.EqualError(t, err, "it: cost -3, must not be negative")
				} else {
					require.ErrorIs(t, err, errStop)
				}
			}
		}
	}
}

func TestThrottleWithReleasesOnce(t *testing.T) {
	with := func(strategy flow.Overflow, n int) func(tokens) tokens {
		return func(p tokens) tokens {
			return operators.ThrottleWith(p, operators.ThrottleConfig[*token]{
				N: n, Per: 3 * ms, Burst: 3, Strategy: strategy, Cost: func(t *token) int64 { return int64(t.n % 5) },
			})
		}
	}
	releaseOnce(t, map[string]func(tokens) tokens{
		"wait": with(flow.Block, 7), "drop": with(flow.DropIncoming, 2),
		"keyed": func(p tokens) tokens {
			return operators.ThrottleKeyed(p, 2, func(t *token) int { return t.n % 3 },
				operators.ThrottleConfig[*token]{N: 1, Per: 9 * ms, Strategy: flow.DropIncoming})
		},
	})
}

func TestThrottleWithStopsItsTimer(t *testing.T) {
	timersAreStopped(t, map[string]func(publisher) publisher{
		"ThrottleWith": throttled(throttleConfig{N: 1, Per: time.Hour, Cost: itself, Strategy: flow.Block}),
	}, map[string]bool{"ThrottleWith error": true, "ThrottleWith completion": true})
}

func TestWrongArgumentsOfThrottleWith(t *testing.T) {
	src := sources.Of(1)
	good := throttleConfig{N: 1, Per: 1, Strategy: flow.DropIncoming}
	with := func(change func(*throttleConfig)) func() {
		cfg := good
		change(&cfg)
		return func() { operators.ThrottleWith(src, cfg) }
	}
	keyed := func(src publisher, keys int, key func(int) int, cfg throttleConfig) func() {
		return func() { operators.ThrottleKeyed(src, keys, key, cfg) }
	}
	for text, f := range map[string]func(){
		"operators.ThrottleWith: nil source":                                          func() { operators.ThrottleWith(nil, good) },
		"operators.ThrottleWith: 0 elements, must be at least 1":                      with(func(c *throttleConfig) { c.N = 0 }),
		"operators.ThrottleWith: period 0s, must be positive":                         with(func(c *throttleConfig) { c.Per = 0 }),
		"operators.ThrottleWith: negative burst -1":                                   with(func(c *throttleConfig) { c.Burst = -1 }),
		"operators.ThrottleKeyed: nil source":                                         keyed(nil, 1, same, good),
		"operators.ThrottleKeyed: 0 keys, must be at least 1":                         keyed(src, 0, same, good),
		"operators.ThrottleKeyed: nil function":                                       keyed(src, 1, nil, good),
		"operators.ThrottleKeyed: 0 elements, must be at least 1":                     keyed(src, 1, same, throttleConfig{}),
		"operators.ThrottleKeyed: flow.Block, must be flow.DropIncoming or flow.Fail": keyed(src, 1, same, throttleConfig{N: 1, Per: 1, Strategy: flow.Block}),
		"operators.ThrottleWith: strategy latest, must be flow.Block, flow.DropIncoming or flow.Fail": with(func(c *throttleConfig) {
			c.Strategy = flow.Latest
		}),
		"operators.ThrottleWith: strategy , must be flow.Block, flow.DropIncoming or flow.Fail": with(func(c *throttleConfig) {
			c.Strategy = 0
		}),
	} {
		require.PanicsWithValue(t, text, f)
	}
}
