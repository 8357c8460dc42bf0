package sources_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// ticket is an element that must be dealt with exactly once.
type ticket struct {
	producer, n int
	said        sources.Emission
	consumed    atomic.Int32
	released    atomic.Int32
	reason      atomic.Uint32
}

func (k *ticket) Release(r flow.Reason) {
	k.released.Add(1)
	k.reason.Store(uint32(r))
}

// check says whether what Emit has said is what has happened.
func (k *ticket) check(t *testing.T, what string) {
	t.Helper()
	consumed, released, reason := k.consumed.Load(), k.released.Load(), flow.Reason(k.reason.Load())
	ok := consumed+released == 1
	switch k.said {
	case sources.Closed:
		ok = consumed+released == 0
	case sources.Dropped, sources.Overflowed:
		ok = ok && released == 1 && reason == flow.DroppedNew
	default:
		ok = ok && reason != flow.DroppedNew
	}
	if !ok {
		t.Fatalf("%s: ticket %d of producer %d was %v: consumed %d times, released %d times (%v)",
			what, k.n, k.producer, k.said, consumed, released, reason)
	}
}

// TestPushTellsTheTruth: many producers, and a stream that ends in the middle.
// What was accepted is delivered or released once; what was not is not; each
// producer's elements are in order; and the sum of the stage closes.
func TestPushTellsTheTruth(t *testing.T) {
	const producers, each = 8, 200
	for _, strategy := range []flow.Overflow{flow.Block, flow.DropOldest, flow.DropIncoming, flow.Latest, flow.Fail} {
		for _, end := range []string{"complete", "error", "panic", "context", "break", "fail", "drain"} {
			t.Run(fmt.Sprint(strategy, " ", end), func(t *testing.T) {
				t.Parallel()
				for at := 1; at < 1000; at = at*7 + 1 {
					for on, s := range schedulers {
						if on == "seeded" && end == "drain" {
							continue // Drain comes from another goroutine
						}
						r := &pushRun{strategy: strategy, end: end, at: at}
						r.run(t, s(), producers, each)
						for _, k := range r.all {
							k.check(t, fmt.Sprintf("%d on %s", at, on))
						}
						r.sum(t)
					}
				}
			})
		}
	}
}

type pushRun struct {
	strategy flow.Overflow
	end      string
	at       int // element with which the stream ends
	all      []*ticket
	out      *sources.Emitter[*ticket]
	stats    *flow.Stats
	seen     int
	last     map[int]int // of each producer
	drained  chan error
}

func (r *pushRun) OnStage(info flow.StageInfo, stats *flow.Stats) {
	if info.Kind == "push" {
		r.stats = stats
	}
}

func (r *pushRun) OnUndeliverable(string, error) {}

func (r *pushRun) run(t *testing.T, s scheduler.Scheduler, producers, each int) {
	r.last = map[int]int{}
	g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s), scheduler.Observe(r))
	capacity := 16
	if r.strategy == flow.Latest {
		capacity = 1
	}
	src := sources.Push(capacity, r.strategy, func(_ context.Context, out *sources.Emitter[*ticket]) error {
		r.out = out
		var all sync.WaitGroup
		for p := range producers {
			mine := make([]*ticket, each)
			for n := range mine {
				mine[n] = &ticket{producer: p, n: n}
			}
			r.all = append(r.all, mine...)
			all.Go(func() {
				for _, k := range mine {
					k.said = out.Emit(k)
				}
			})
		}
		all.Wait()
		out.Complete()
		return nil
	})
	ctx, cancel := context.WithCancelCause(ctx)
	g.Go(func() error {
		defer cancel(nil)
		if r.end == "break" {
			for k, err := range sinks.Seq(ctx, src) {
				if err != nil {
					return err
				}
				r.take(t, k)
				if r.seen == r.at {
					return nil
				}
			}
			return nil
		}
		return sinks.ForEach(ctx, src, func(_ context.Context, k *ticket) error {
			if r.take(t, k); r.seen == r.at {
				return r.finish(g, cancel)
			}
			return nil
		})
	})
	if err := g.Wait(); err != nil && r.strategy != flow.Fail {
		require.ErrorIs(t, err, errTest)
	}
	if r.drained != nil {
		require.NoError(t, <-r.drained)
	}
}

func (r *pushRun) take(t *testing.T, k *ticket) {
	k.consumed.Add(1)
	r.seen++
	if last, ok := r.last[k.producer]; ok && last >= k.n {
		t.Errorf("producer %d: %d after %d", k.producer, k.n, last)
	}
	r.last[k.producer] = k.n
}

func (r *pushRun) finish(g *scheduler.Graph, cancel context.CancelCauseFunc) error {
	switch r.end {
	case "error":
		return errTest
	case "panic":
		panic(errTest)
	case "context":
		cancel(errTest)
	case "fail":
		r.out.Fail(errTest)
	case "drain":
		r.drained = make(chan error, 1)
		go func() { _, err := g.Drain(context.Background()); r.drained <- err }()
	}
	return nil
}

// sum says that the stage accounts for every element that it took.
func (r *pushRun) sum(t *testing.T) {
	s := r.stats.Snapshot()
	require.Equal(t, s.In, s.Out+s.Dropped()+s.Discarded(), "%s, %s at %d: %+v", r.strategy, r.end, r.at, s)
	var taken, lost int64
	for _, k := range r.all {
		if k.said != sources.Closed {
			taken++
		}
		switch k.said {
		case sources.Displaced, sources.Dropped, sources.Overflowed:
			lost++
		}
	}
	require.Equal(t, taken, s.In)
	require.Equal(t, lost, s.Dropped())
}
