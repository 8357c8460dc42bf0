package operators_test

import (
	"context"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// withUserFunction are the operators that call f for each element and, while f
// returns, pass elements on as they are.
var withUserFunction = map[string]func(src publisher, f func(v int)) publisher{
	"Map": func(src publisher, f func(int)) publisher {
		return operators.Map(src, func(v int) int { f(v); return v }, operators.WithName("it"))
	},
	"TryMap": func(src publisher, f func(int)) publisher {
		return operators.TryMap(src, func(_ context.Context, v int) (int, error) { f(v); return v, nil }, operators.WithName("it"))
	},
	"Filter": func(src publisher, f func(int)) publisher {
		return operators.Filter(src, func(v int) bool { f(v); return true }, operators.WithName("it"))
	},
	"TakeWhile": func(src publisher, f func(int)) publisher {
		return operators.TakeWhile(src, func(v int) bool { f(v); return true }, operators.WithName("it"))
	},
	"DistinctBy": func(src publisher, f func(int)) publisher {
		return operators.DistinctBy(src, 3, func(v int) int { f(v); return v }, operators.WithName("it"))
	},
	"DistinctUntilChangedBy": func(src publisher, f func(int)) publisher {
		return operators.DistinctUntilChangedBy(src, func(v int) int { f(v); return v }, operators.WithName("it"))
	},
	"Scan": func(src publisher, f func(int)) publisher {
		return operators.Scan(src, 0, func(_, v int) int { f(v); return v }, operators.WithName("it"))
	},
	"ConcatMap": func(src publisher, f func(int)) publisher {
		return operators.ConcatMap(src, func(v int) publisher { f(v); return sources.Of(v) }, operators.WithName("it"))
	},
	"FlatMapSlice": func(src publisher, f func(int)) publisher {
		return operators.FlatMapSlice(src, func(v int) []int { f(v); return []int{v} }, operators.WithName("it"))
	},
	"Seq": func(_ publisher, f func(int)) publisher {
		return sources.Seq(func(yield func(int) bool) {
			for v := range lawSize {
				if f(v); !yield(v) {
					return
				}
			}
		}, sources.WithName("it"))
	},
	"Func": func(_ publisher, f func(int)) publisher {
		return sources.Func(func(_ context.Context, emit func(int) bool) error {
			for v := range lawSize {
				if f(v); !emit(v) {
					return nil
				}
			}
			return nil
		}, sources.WithName("it"))
	},
}

// lawSize is long enough for batches to grow to their full size and shrink.
const lawSize = 700

// positions at which something happens: every one at the beginning, where
// batches are short, and some further on.
var positions = allPositions()

func allPositions() []int {
	if underRace {
		return []int{0, 1, 2, 7, 255, 256, lawSize - 1}
	}
	return append(numbersTo(20), 63, 127, 254, 255, 256, 511, lawSize-1)
}

// verifyLaws is flowtest.VerifyLaws, under the race detector where there is
// concurrency to be seen.
func verifyLaws[In, Out any](t *testing.T, cfg flowtest.LawConfig[In, Out]) {
	t.Helper()
	if underRace {
		all := flowtest.LawSchedulers()
		cfg.Schedulers = slices.DeleteFunc(all, func(s flowtest.LawScheduler) bool {
			return s.Name != "pool"
		})
		if cfg.Size == 0 || cfg.Size > 300 {
			cfg.Size = 300
		}
	}
	flowtest.VerifyLaws(t, cfg)
}

func numbersTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// watched counts the subscriptions, cancels and ends of streams of lawSize
// numbers.
type watched struct{ subscribed, cancelled, ended atomic.Int32 }

// require says that each subscription was cancelled once, unless it had ended
// by itself.
func (w *watched) require(t *testing.T) {
	t.Helper()
	require.LessOrEqual(t, w.cancelled.Load(), w.subscribed.Load(), "cancels of upstream")
	require.GreaterOrEqual(t, w.cancelled.Load()+w.ended.Load(), w.subscribed.Load(), "upstream goes on")
}

func (w *watched) publisher() publisher {
	src := operators.Map(sources.Range(0, lawSize), func(v int64) int { return int(v) })
	return flow.PublisherFunc[int](func(ctx context.Context, s flow.Subscriber[int]) {
		w.subscribed.Add(1)
		src.Subscribe(ctx, &watcher{s, w, nil})
	})
}

type watcher struct {
	flow.Subscriber[int]
	w   *watched
	sub flow.Subscription
}

func (s *watcher) OnSubscribe(sub flow.Subscription) { s.sub = sub; s.Subscriber.OnSubscribe(s) }
func (s *watcher) Request(n int64)                   { s.sub.Request(n) }
func (s *watcher) Cancel()                           { s.w.cancelled.Add(1); s.sub.Cancel() }
func (s *watcher) OnError(err error)                 { s.w.ended.Add(1); s.Subscriber.OnError(err) }
func (s *watcher) OnComplete()                       { s.w.ended.Add(1); s.Subscriber.OnComplete() }

// around are the ways in which an operator stands in a graph.
var around = map[string]func(publisher) publisher{
	"alone":           func(p publisher) publisher { return p },
	"above a Map":     func(p publisher) publisher { return operators.Map(p, func(v int) int { return v }) },
	"above an Async":  func(p publisher) publisher { return operators.Async(p, 7) },
	"above a foreign": func(p publisher) publisher { return foreign{p} },
	"in a Merge":      func(p publisher) publisher { return operators.Merge(5, p) },
	"in a Broadcast":  func(p publisher) publisher { return operators.Broadcast(p, 1, 5)[0] },
}

// foreign hides what a publisher is, and what its subscriber is.
type foreign struct{ src publisher }

func (f foreign) Subscribe(ctx context.Context, s flow.Subscriber[int]) {
	f.src.Subscribe(ctx, struct{ flow.Subscriber[int] }{s})
}

var schedulers = map[string]func() scheduler.Scheduler{
	"default":   scheduler.Default,
	"inline":    scheduler.Inline,
	"pool":      func() scheduler.Scheduler { return scheduler.NewPool(2) },
	"pool of 1": func() scheduler.Scheduler { return scheduler.NewPool(1) },
	"seeded":    func() scheduler.Scheduler { return scheduler.NewSeeded(1) },
}

// TestPanickingSubscriber: the process lives, upstream is cancelled, and the
// error surfaces at Wait, or at the subscriber where nobody waits.
func TestPanickingSubscriber(t *testing.T) {
	for name, place := range around {
		t.Run(name, func(t *testing.T) {
			for _, k := range positions {
				var w watched
				g, _ := scheduler.NewGraph(t.Context(), "g")
				s := &panicking{at: k}
				scheduler.Subscribe(g, place(w.publisher()), s)
				err := g.Wait()
				var p *flow.PanicError
				require.ErrorAs(t, err, &p, "panic at %d", k)
				require.Equal(t, k+1, s.seen)
				require.NoError(t, s.err)

				s = &panicking{at: k, done: make(chan struct{})}
				place(w.publisher()).Subscribe(t.Context(), s)
				<-s.done
				require.ErrorAs(t, s.err, &p)
			}
		})
	}
}

type panicking struct {
	at, seen int
	err      error
	done     chan struct{}
}

func (s *panicking) OnSubscribe(sub flow.Subscription) { sub.Request(flow.Unbounded) }
func (s *panicking) OnNext(v int) {
	s.seen++
	if v == s.at {
		panic("subscriber")
	}
}
func (s *panicking) OnError(err error) {
	s.err = err
	if s.done != nil {
		close(s.done)
	}
}
func (s *panicking) OnComplete() {}

// TestTakeIsExact: no function above a Take on its island sees element n+1.
func TestTakeIsExact(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 100, 255, 256, 257, 600} {
		calls := 0
		got, err := sinks.Slice(t.Context(), operators.Take(
			operators.Map(sources.Slice(numbersTo(lawSize)), func(v int) int { calls++; return v }), int64(n)))
		require.NoError(t, err)
		require.True(t, slices.Equal(numbersTo(n), got))
		require.Equal(t, n, calls)
	}
}

// TestBreakLosesNothing: what a loop over a channel has not been given stays in
// the channel.
func TestBreakLosesNothing(t *testing.T) {
	c := make(chan int, 100)
	for i := range 100 {
		c <- i
	}
	for v, err := range sinks.Seq(t.Context(), operators.Map(sources.Chan(c), func(v int) int { return v })) {
		require.NoError(t, err)
		if v == 41 {
			break
		}
	}
	require.Equal(t, 42, <-c)
	require.Len(t, c, 57)
	flowtest.CheckLeaks(t)
}
