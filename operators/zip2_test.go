package operators_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// twin is a row of a zip whose sources count from 0.
func twin(v, w int) int {
	if v != w {
		panic(fmt.Sprintf("%d was zipped with %d", v, w))
	}
	return v
}

func TestZip2Emits(t *testing.T) {
	for _, n := range []int{0, 1, 2, 255, 256, 257, 700} {
		for _, m := range []int{0, 1, 2, 255, 256, 257, 700} {
			got, err := sinks.Slice(t.Context(), operators.Zip2(sources.Slice(numbersTo(n)), sources.Slice(numbersTo(m)), twin))
			require.NoError(t, err)
			require.Equal(t, numbersTo(min(n, m)), append([]int{}, got...))
		}
	}
	flowtest.Expect(t, operators.Zip2(sources.Of(0, 1), sources.Of(0, 1, 2), twin)).
		NoSignal().Request(1).Next(0).NoSignal().Request(1).Next(1).Complete()
	flowtest.Expect(t, operators.Zip2(sources.Never[int](), sources.Empty[int](), twin)).Complete() // without demand
	flowtest.Expect(t, operators.Zip2(sources.Empty[int](), sources.Never[int](), twin)).Complete()
}

// TestZip2IsWhatALoopIs: random lengths and boundaries on every scheduler.
func TestZip2IsWhatALoopIs(t *testing.T) {
	run := func(s scheduler.Scheduler, seed uint64) {
		rng := rand.New(rand.NewPCG(seed, 2))
		side := func() (publisher, int) {
			n := rng.IntN(1 + rng.IntN(900))
			src := sources.Slice(numbersTo(n))
			if rng.IntN(2) == 0 {
				src = operators.Async(src, 1+rng.IntN(300))
			}
			return src, n
		}
		a, n := side()
		b, m := side()
		src := operators.Zip2(a, b, twin)
		if rng.IntN(2) == 0 {
			src = operators.Async(src, 1+rng.IntN(50))
		}
		var got []int
		for v, err := range sinks.Seq(scheduler.With(t.Context(), s), src, sinks.WithPrefetch(1+rng.IntN(400))) {
			require.NoError(t, err)
			got = append(got, v)
		}
		require.Equal(t, numbersTo(min(n, m)), append([]int{}, got...), "seed %d", seed)
	}
	for seed := range uint64(200) {
		run(scheduler.NewSeeded(seed), seed)
		if seed < 40 {
			run(scheduler.Default(), seed)
			run(scheduler.Inline(), seed)
		}
	}
}

// TestZip2Demand: what is demanded is asked of each source, at most 256 at a
// time, and no more of one than the other still has.
func TestZip2Demand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var produced [2]int
		counted := func(k int, src publisher) publisher {
			return operators.Map(src, func(v int) int { produced[k]++; return v })
		}
		p := flowtest.Subscribe(t, operators.Zip2(counted(0, endless(0)), counted(1, sources.Never[int]()), twin))
		synctest.Wait()
		require.Equal(t, [2]int{0, 0}, produced)
		for n := range 10 {
			p.Request(1)
			synctest.Wait()
			require.Equal(t, [2]int{n + 1, 0}, produced)
		}
		p.Request(flow.Unbounded)
		synctest.Wait()
		require.Equal(t, [2]int{256, 0}, produced)
		p.Cancel()
		synctest.Wait()

		asked := int64(0)
		silent := flow.PublisherFunc[int](func(_ context.Context, s flow.Subscriber[int]) { s.OnSubscribe(&counter{&asked}) })
		p = flowtest.Subscribe(t, operators.Zip2[int, int](sources.Slice(numbersTo(3)), silent, twin))
		p.Request(3)
		synctest.Wait()
		p.Request(100)
		synctest.Wait()
		require.EqualValues(t, 3, asked, "the first source has ended with 3")
		p.Cancel()
		synctest.Wait()
	})
}

// counter adds up what is requested.
type counter struct{ n *int64 }

func (c *counter) Request(n int64) { *c.n += n }
func (c *counter) Cancel()         {}

// TestZip2Error of either source cancels the other, and comes at once.
func TestZip2Error(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range positions {
			for swap := range 2 {
				var w watched
				a, b := failingAt(k), w.publisher()
				if swap == 1 {
					a, b = b, a
				}
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Zip2(a, b, twin))
				require.ErrorIs(t, err, errStop)
				require.LessOrEqual(t, len(got), k, on)
				require.Equal(t, numbersTo(len(got)), append([]int{}, got...))
				w.require(t)
			}
		}
	}
}

// TestZip2FunctionFails: the elements before it come first, both sources are
// cancelled.
func TestZip2FunctionFails(t *testing.T) {
	for on, s := range schedulers {
		for _, goexit := range []bool{false, true} {
			for _, k := range positions {
				var w, v watched
				var got []int
				var err error
				returned := false
				var all sync.WaitGroup
				all.Go(func() {
					err = sinks.ForEach(scheduler.With(t.Context(), s()), operators.Zip2(v.publisher(), w.publisher(), func(v, w int) int {
						switch {
						case v < k:
						case goexit:
							runtime.Goexit()
						default:
							panic(errStop)
						}
						return twin(v, w)
					}, operators.WithName("it")), func(_ context.Context, v int) error { got = append(got, v); return nil })
					returned = true
				})
				all.Wait()
				v.require(t)
				w.require(t)
				if !returned {
					require.True(t, goexit) // it was the sink's own goroutine
					continue
				}
				require.ErrorContains(t, err, "it: ")
				require.Equal(t, numbersTo(k), append([]int{}, got...), on)
			}
		}
	}
}

// TestZip2EndsWithItsContext and when its subscriber leaves.
func TestZip2EndsWithItsContext(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range positions {
			var v, w watched
			ctx, cancel := context.WithCancelCause(scheduler.With(t.Context(), s()))
			_, err := sinks.Slice(ctx, operators.Zip2(v.publisher(), w.publisher(), func(v, w int) int {
				if v == k {
					cancel(errStop)
				}
				return twin(v, w)
			}))
			if err != nil {
				require.ErrorIs(t, err, errStop, "on %s at %d", on, k)
			}
			v.require(t)
			w.require(t)

			got, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Take(operators.Zip2(v.publisher(), w.publisher(), twin), int64(k+1)))
			require.NoError(t, err)
			require.Equal(t, numbersTo(k+1), got)
			v.require(t)
			w.require(t)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	_, err := sinks.Slice(ctx, operators.Zip2(sources.Of(1), sources.Of(1), func(int, int) int { panic("called") }))
	require.ErrorIs(t, err, errStop)
}

// TestZip2Releases: each token is consumed or released once, however the stream
// ends.
func TestZip2Releases(t *testing.T) {
	for on, s := range schedulers {
		for _, end := range tokenEnds {
			for _, at := range positions {
				r := &tokenRun{at: at, end: end}
				r.ctx, r.cancel = context.WithCancelCause(scheduler.With(t.Context(), s()))
				a := operators.Map(tokenSources["Seq"](&r.m), r.use)
				b := operators.Async(operators.Take(tokenSources["Seq"](&r.m), 600), 64)
				err := r.sink(operators.Zip2(a, b, func(v, w *token) *token {
					v.consumed.Add(1)
					w.consumed.Add(1)
					return r.m.token(v.n)
				}))
				r.cancel(nil)
				if err != nil {
					require.ErrorIs(t, err, errStop)
				}
				r.m.require(t, fmt.Sprintf("%s on %s, end at %d", end, on, at))
			}
		}
	}
}

func TestZip2SumCloses(t *testing.T) {
	for _, n := range []int64{5, 777, 1 << 20} {
		o := &stageStats{all: map[string]*flow.Stats{}}
		_, err := sinks.Slice(flow.WithObserver(t.Context(), o), operators.Take(operators.Zip2(
			sources.Slice(numbersTo(900)), operators.Async(sources.Slice(numbersTo(1000)), 100), twin, operators.WithName("it")), n))
		require.NoError(t, err)
		o.requireClosed(t, "it")
	}
}

func TestZip2Arguments(t *testing.T) {
	for text, f := range map[string]func(){
		"operators.Zip2: nil source 0": func() { operators.Zip2(nil, sources.Of(1), twin) },
		"operators.Zip2: nil source 1": func() { operators.Zip2(sources.Of(1), nil, twin) },
		"operators.Zip2: nil function": func() { operators.Zip2[int, int, int](sources.Of(1), sources.Of(1), nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
	require.Len(t, flow.Describe(operators.Zip2(sources.Of(1), sources.Of(2), twin)).Stages, 3)
}
