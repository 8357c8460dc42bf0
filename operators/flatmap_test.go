package operators_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// innerOf emits size elements base, base+1, and so on.
func innerOf(base, size int) publisher {
	part := make([]int, size)
	for i := range part {
		part[i] = base + i
	}
	return sources.Slice(part)
}

// requireParts says that got is the elements of innerOf(k*million, sizes[k])
// for all k, those of one k in order.
func requireParts(t *testing.T, sizes, got []int, what string) {
	t.Helper()
	seen := make([]int, len(sizes))
	for _, v := range got {
		k := v / million
		require.Equal(t, seen[k], v%million, "%s: order of inner stream %d", what, k)
		seen[k]++
	}
	require.Equal(t, sizes, seen, what)
}

func TestFlatMapEmits(t *testing.T) {
	ctx := t.Context()
	for _, concurrency := range []int{1, 2, 16} {
		got, err := sinks.Slice(ctx, operators.FlatMap(sources.Empty[int](), concurrency, pair))
		require.NoError(t, err)
		require.Empty(t, got)
		got, err = sinks.Slice(ctx, operators.FlatMap(sources.Of(7), concurrency, pair))
		require.NoError(t, err)
		require.Equal(t, []int{7, 7}, got)
		got, err = sinks.Slice(ctx, operators.FlatMap(sources.Slice(numbersTo(1000)), concurrency,
			func(int) publisher { return sources.Empty[int]() }))
		require.NoError(t, err)
		require.Empty(t, got)
	}
	got, err := sinks.Slice(ctx, operators.FlatMap(sources.Slice(numbersTo(500)), 1, pair))
	require.NoError(t, err)
	require.Equal(t, doubles(500), got, "one at a time keeps the order")

	flowtest.Expect(t, operators.FlatMap(sources.Of(1, 2), 1, pair)).
		NoSignal().Request(1).Next(1).NoSignal().Request(2).Next(1, 2).Request(1).Next(2).Complete()
	flowtest.Expect(t, operators.FlatMap(sources.Of(1, 2), 2, func(int) publisher { return sources.Empty[int]() })).
		Complete() // without demand
}

// TestFlatMapIsWhatALoopIs: random sizes, concurrency, prefetch and boundaries
// on every scheduler, compared with a plain evaluation.
func TestFlatMapIsWhatALoopIs(t *testing.T) {
	run := func(s scheduler.Scheduler, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 1))
		sizes := make([]int, rng.IntN(40))
		for k := range sizes {
			sizes[k] = rng.IntN(1 + rng.IntN(200))
		}
		boundaries := rng.IntN(3)
		src := operators.FlatMap(sources.Slice(numbersTo(len(sizes))), 1+rng.IntN(8), func(k int) publisher {
			inner := innerOf(k*million, sizes[k])
			if boundaries > 0 && k%boundaries == 0 {
				inner = operators.Async(inner, 1+k)
			}
			return inner
		}, operators.WithPrefetch(1+rng.IntN(40)))
		if rng.IntN(2) == 0 {
			src = operators.Async(src, 1+rng.IntN(50))
		}
		ctx := scheduler.With(t.Context(), s)
		var got []int
		if prefetch := rng.IntN(20); prefetch == 0 {
			var err error
			got, err = sinks.Slice(ctx, src)
			require.NoError(t, err)
		} else {
			for v, err := range sinks.Seq(ctx, src, sinks.WithPrefetch(prefetch)) {
				require.NoError(t, err)
				got = append(got, v)
			}
		}
		requireParts(t, sizes, got, fmt.Sprintf("seed %d", seed))
	}
	for seed := range uint64(200) {
		run(scheduler.NewSeeded(seed), seed)
		if seed < 40 {
			run(scheduler.Default(), seed)
			run(scheduler.Inline(), seed)
		}
	}
}

// TestFlatMapDemand: concurrency elements of the outer stream at once, then one
// for each inner stream that has ended and been handed on.
func TestFlatMapDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		calls := 0
		p := flowtest.Subscribe(t, operators.FlatMap(sources.Slice(numbersTo(100)), 3, func(v int) publisher {
			calls++
			return pair(v)
		}))
		synctest.Wait()
		require.Equal(t, 3, calls)
		for n := range 20 {
			p.Request(1)
			synctest.Wait()
			require.Equal(t, n+1, p.Count())
			require.LessOrEqual(t, calls, 3+p.Count()/2)
		}
		require.GreaterOrEqual(t, calls, 3+(20-3)/2)
		p.Cancel()
		synctest.Wait()
	})
}

// TestFlatMapHoldsNoMoreThanItsPrefetch of each inner stream.
func TestFlatMapHoldsNoMoreThanItsPrefetch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var produced [4]int
		counted := func(k int) publisher {
			return operators.Map(endless(0), func(v int) int { produced[k]++; return v })
		}
		p := flowtest.Subscribe(t, operators.FlatMap(sources.Slice(numbersTo(4)), 2, counted, operators.WithPrefetch(10)))
		synctest.Wait()
		require.Equal(t, [4]int{10, 10, 0, 0}, produced)
		p.Request(5)
		synctest.Wait()
		require.Equal(t, 5, p.Count())
		require.LessOrEqual(t, produced[0]+produced[1], 25)
		p.Cancel()
		synctest.Wait()
	})
}

// failingAt emits 0 to k-1 and an error.
func failingAt(k int) publisher {
	return operators.Map(sources.Slice(numbersTo(k+1)), func(v int) int {
		if v == k {
			panic(errStop)
		}
		return v
	})
}

// TestFlatMapError cancels the outer and all inner streams, and comes after
// what is held.
func TestFlatMapError(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range []int{0, 1, 5, 33} {
			var outer, inner watched
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.FlatMap(outer.publisher(), 3, func(v int) publisher {
				if v == 1 {
					return failingAt(k)
				}
				return operators.Filter(inner.publisher(), func(int) bool { return false })
			}))
			require.ErrorIs(t, err, errStop, on)
			require.Equal(t, numbersTo(k), append([]int{}, got...))
			outer.require(t)
			inner.require(t)
		}
	}
	for k := 1; k < 30; k++ { // all before it is held
		p := flowtest.Subscribe(t, operators.FlatMap(sources.Of(0), 2, func(int) publisher {
			return failingAt(k)
		}))
		p.ExpectNoSignal(0)
		p.Request(100)
		p.ExpectNext(numbersTo(k)...)
		p.ExpectError(errStop)
	}
	var inner watched
	_, err := sinks.Slice(t.Context(), operators.FlatMap(operators.Merge(1, sources.Of(1, 2), sources.Error[int](errStop)), 4,
		func(int) publisher { return inner.publisher() }))
	require.ErrorIs(t, err, errStop)
	inner.require(t)
}

// TestFlatMapFunctionFails: a panic, a nil result, a result whose Subscribe
// panics, and Goexit end the stream; everything above is cancelled.
func TestFlatMapFunctionFails(t *testing.T) {
	broken := flow.PublisherFunc[int](func(context.Context, flow.Subscriber[int]) { panic(errStop) })
	for name, fail := range map[string]func() publisher{
		"panic":     func() publisher { panic(errStop) },
		"nil":       func() publisher { return nil },
		"Subscribe": func() publisher { return broken },
		"Goexit":    func() publisher { runtime.Goexit(); return nil },
	} {
		for on, s := range schedulers {
			for _, k := range positions {
				var outer, inner watched
				var got []int
				var err error
				returned := false
				var all sync.WaitGroup
				all.Go(func() {
					err = sinks.ForEach(scheduler.With(t.Context(), s()), operators.FlatMap(outer.publisher(), 3, func(v int) publisher {
						if v == k {
							return fail()
						}
						if v == k-1 {
							return operators.Filter(inner.publisher(), func(int) bool { return false })
						}
						return sources.Of(v)
					}, operators.WithName("it")), func(_ context.Context, v int) error { got = append(got, v); return nil })
					returned = true
				})
				all.Wait()
				outer.require(t)
				inner.require(t)
				if !returned && name == "Goexit" {
					continue // it was the sink's own goroutine
				}
				require.Subset(t, numbersTo(max(0, k-1)), got, "%s on %s at %d", name, on, k)
				require.Greater(t, len(got), k-4)
				switch name {
				case "nil":
					require.EqualError(t, err, "it: nil Publisher")
				case "Goexit":
					require.ErrorIs(t, err, flow.ErrGoexit)
				default:
					require.ErrorIs(t, err, errStop)
					require.ErrorContains(t, err, "it: panic")
				}
			}
		}
	}
}

// TestFlatMapEndsWithItsContext, and calls nothing after it.
func TestFlatMapEndsWithItsContext(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range positions {
			var outer, inner watched
			ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
			_, err := sinks.Slice(ctx, operators.FlatMap(outer.publisher(), 4, func(v int) publisher {
				if v == k {
					cancel(errStop)
				}
				return operators.Take(inner.publisher(), 3)
			}))
			if err != nil { // the stream may be faster than who watches the context
				require.ErrorIs(t, err, errStop, "on %s at %d", on, k)
			}
			outer.require(t)
			inner.require(t)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	_, err := sinks.Slice(ctx, operators.FlatMap(sources.Of(1), 1, func(int) publisher { panic("called") }))
	require.ErrorIs(t, err, errStop)
}

// TestFlatMapIsCancelled wherever its subscriber leaves, also from within
// OnNext.
func TestFlatMapIsCancelled(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range positions {
			var outer, inner watched
			src := operators.FlatMap(outer.publisher(), 4, func(int) publisher { return operators.Take(inner.publisher(), 3) })
			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Take(src, int64(k+1)))
			require.NoError(t, err)
			require.Len(t, got, k+1, on)
			outer.require(t)
			inner.require(t)
		}
	}
}

// TestFlatMapRunsInParallel where there is a boundary in each inner stream.
func TestFlatMapRunsInParallel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		got, err := sinks.Slice(t.Context(), operators.FlatMap(sources.Slice(numbersTo(10)), 5, func(v int) publisher {
			return operators.Async(operators.Map(sources.Of(v), func(v int) int { time.Sleep(time.Second); return v }), 1)
		}))
		require.NoError(t, err)
		require.ElementsMatch(t, numbersTo(10), got)
		require.Equal(t, 2*time.Second, time.Since(start))
	})
}

// TestFlatMapOfManyInnerStreams one after another: nothing of an inner stream
// is left when it has ended, and the stack does not grow with them.
func TestFlatMapOfManyInnerStreams(t *testing.T) {
	for name, f := range map[string]func(int64) publisher{
		"empty":    func(int64) publisher { return sources.Empty[int]() },
		"one":      func(int64) publisher { return sources.Of(1) },
		"awaiting": func(int64) publisher { return operators.Take(sources.Of(1, 2), 1) },
	} {
		const n = 100_000 // of 8 bytes would be seen
		var before, during runtime.MemStats
		live := func(m *runtime.MemStats) {
			runtime.GC()
			runtime.ReadMemStats(m)
		}
		live(&before)
		calls := 0
		err := sinks.Discard(t.Context(), operators.FlatMap(sources.Range(0, n), 4, func(v int64) publisher {
			if calls++; v == n-10 {
				live(&during)
			}
			return f(v)
		}))
		require.NoError(t, err)
		require.Equal(t, n, calls)
		require.Less(t, int64(during.HeapAlloc)-int64(before.HeapAlloc), int64(n*8), name)
		require.Less(t, int64(during.StackInuse)-int64(before.StackInuse), int64(n*8), name)
	}
}

// TestFlatMapReleases: each token is consumed or released once, however the
// stream ends, those of the outer and of the inner streams.
func TestFlatMapReleases(t *testing.T) {
	for on, s := range schedulers {
		for _, end := range tokenEnds {
			for _, at := range positions {
				r := &tokenRun{at: at, end: end}
				r.ctx, r.cancel = context.WithCancelCause(scheduler.With(t.Context(), s()))
				src := operators.FlatMap(tokenSources["Seq"](&r.m), 3, func(tok *token) tokens {
					tok.consumed.Add(1)
					inner := operators.Map(sources.Of(tok.n, tok.n, tok.n), func(n int) *token { return r.use(r.m.token(n)) })
					if tok.n%3 == 0 {
						inner = operators.Async(inner, 2)
					}
					return inner
				})
				err := r.sink(src)
				r.cancel(nil)
				if err != nil {
					require.ErrorIs(t, err, errStop)
				}
				r.m.require(t, fmt.Sprintf("%s on %s, end at %d", end, on, at))
			}
		}
	}
}

// TestFlatMapSumCloses: what its inner streams emit is handed on, held or let
// go; the outer elements are not counted, since f has consumed them.
func TestFlatMapSumCloses(t *testing.T) {
	for _, n := range []int64{5, 777, 1 << 20} {
		o := &stageStats{all: map[string]*flow.Stats{}}
		_, err := sinks.Slice(flow.WithObserver(t.Context(), o), operators.Take(operators.FlatMap(
			sources.Slice(numbersTo(40)), 4, func(int) publisher { return sources.Slice(numbersTo(40)) }, operators.WithName("it")), n))
		require.NoError(t, err)
		o.requireClosed(t, "it")
	}
}

// stageStats keeps the counters of stages.
type stageStats struct {
	mu  sync.Mutex
	all map[string]*flow.Stats
}

func (o *stageStats) OnStage(s flow.StageInfo, stats *flow.Stats) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.all[s.Stage] = stats
}

func (o *stageStats) OnUndeliverable(string, error) {}

func (o *stageStats) requireClosed(t *testing.T, stage string) {
	t.Helper()
	s := o.all[stage]
	require.NotNil(t, s, stage)
	sum := s.Out.Load() + s.Buffered.Load()
	for r := range s.Lost {
		sum += s.Lost[r].Load()
	}
	require.Equal(t, s.In.Load(), sum, "%s: in = out + lost + held", stage)
	require.Positive(t, s.In.Load())
}

func TestFlatMapArguments(t *testing.T) {
	for text, f := range map[string]func(){
		"operators.FlatMap: nil source":                           func() { operators.FlatMap(nil, 1, pair) },
		"operators.FlatMap: nil function":                         func() { operators.FlatMap[int, int](sources.Of(1), 1, nil) },
		"operators.FlatMap: concurrency 0, must be at least 1":    func() { operators.FlatMap(sources.Of(1), 0, pair) },
		"operators.FlatMap: concurrency -2, must be at least 1":   func() { operators.FlatMap(sources.Of(1), -2, pair) },
		"operators.WithPrefetch: 0 elements, must be at least 1":  func() { operators.WithPrefetch(0) },
		"operators.WithPrefetch: -7 elements, must be at least 1": func() { operators.WithPrefetch(-7) },
	} {
		require.PanicsWithValue(t, text, f)
	}
	d := flow.Describe(operators.FlatMap(sources.Of(1), 4, pair, operators.WithPrefetch(8)))
	require.EqualValues(t, 32, d.Stages[1].Capacity)
	require.Equal(t, flow.UnknownCapacity, d.MaxElements, "the inner streams are not known before")
}

// TestFlatMapIsReentered: a subscriber that requests and cancels from within
// OnNext.
func TestFlatMapIsReentered(t *testing.T) {
	for _, k := range []int{1, 2, 40, 1000} {
		synctest.Test(t, func(t *testing.T) {
			p := flowtest.NewProbe[int](t)
			p.Each(func(int) {
				p.Request(1)
				if p.Count() == k {
					p.Cancel()
				}
			})
			operators.FlatMap(sources.Slice(numbersTo(50)), 3, pair).Subscribe(t.Context(), p.Subscriber())
			p.Request(1)
			synctest.Wait()
			require.Equal(t, min(k, 100), p.Count())
			require.Equal(t, k > 100, p.Completed())
		})
	}
}
