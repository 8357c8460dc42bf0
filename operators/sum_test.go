package operators_test

import (
	"context"
	"fmt"
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

// ledger keeps the counters of all stages of a run.
type ledger struct {
	mu     sync.Mutex
	stages []flow.StageInfo
	stats  []*flow.Stats
}

func (l *ledger) OnStage(i flow.StageInfo, stats *flow.Stats) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stages, l.stats = append(l.stages, i), append(l.stats, stats)
}

func (*ledger) OnUndeliverable(string, error) {}

// require says that the sum of each stage closes: in is out and what was lost.
// made is how many elements the functions of stages of a kind have made beyond
// those that they were given.
func (l *ledger) require(t *testing.T, made map[string]int64, what string) {
	t.Helper()
	for k, stage := range l.stages {
		require.Zero(t, l.stats[k].Buffered.Load(), "%s: %s still holds elements", what, stage.Stage)
	}
	l.settled(t, made, what)
}

// settled is require for a stream that goes on, where nothing happens now.
func (l *ledger) settled(t *testing.T, made map[string]int64, what string) {
	t.Helper()
	for k, stage := range l.stages {
		if len(stage.Upstream) == 0 {
			continue // a source
		}
		s := l.stats[k].Snapshot()
		out := s.Out + s.Buffered
		for _, n := range s.Lost {
			out += n
		}
		require.Equal(t, s.In+made[stage.Kind], out, "%s: %s: in %d and made %d is not out %d, held %d and lost %v",
			what, stage.Stage, s.In, made[stage.Kind], s.Out, s.Buffered, s.Lost)
	}
}

// sumRun is one run, in which something happens at an element.
type sumRun struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	at     int
	end    string
	made   map[string]int64
	calls  int
}

// f is what the functions of all stages under test call first.
func (r *sumRun) f(v int) {
	r.calls++
	if v != r.at {
		return
	}
	switch r.end {
	case "panic":
		panic(errStop)
	case "goexit":
		runtime.Goexit()
	case "context":
		r.cancel(errStop)
	}
}

func (r *sumRun) err(v int) error {
	if r.f(v); r.end == "error" && v == r.at {
		return errStop
	}
	return nil
}

// sumStages are the stages whose sums must close.
var sumStages = map[string]func(r *sumRun, src publisher) publisher{
	"Map": func(r *sumRun, src publisher) publisher {
		return operators.Map(src, func(v int) int { r.f(v); return v })
	},
	"TryMap": func(r *sumRun, src publisher) publisher {
		return operators.TryMap(src, func(_ context.Context, v int) (int, error) { return v, r.err(v) })
	},
	"Filter": func(r *sumRun, src publisher) publisher {
		return operators.Filter(src, func(v int) bool { r.f(v); return v%3 > 0 })
	},
	"Scan": func(r *sumRun, src publisher) publisher {
		return operators.Scan(src, 0, func(_, v int) int { r.f(v); return v })
	},
	"Fold": func(r *sumRun, src publisher) publisher {
		return operators.Fold(src, 0, func(_, v int) int { r.f(v); return v })
	},
	"Take":        func(_ *sumRun, src publisher) publisher { return operators.Take(src, 300) },
	"Take of all": func(_ *sumRun, src publisher) publisher { return operators.Take(src, lawSize) },
	"FlatMapSlice": func(r *sumRun, src publisher) publisher {
		return operators.FlatMapSlice(src, func(v int) []int {
			r.f(v)
			r.made["flatmapslice"] += int64(v%4) - 1
			return []int{v, v, v}[:v%4]
		})
	},
	"Async":   func(_ *sumRun, src publisher) publisher { return operators.Async(src, 16) },
	"Async 1": func(_ *sumRun, src publisher) publisher { return operators.Async(src, 1) },
	"Merge": func(_ *sumRun, src publisher) publisher {
		return operators.Merge(8, src, operators.Async(sources.Slice(numbersTo(100)), 4))
	},
	"Broadcast": func(_ *sumRun, src publisher) publisher { return operators.Broadcast(src, 1, 8)[0] },
	"Buffer block": func(_ *sumRun, src publisher) publisher {
		return operators.Buffer(src, 8, flow.Block)
	},
	"Buffer drop oldest": func(_ *sumRun, src publisher) publisher {
		return operators.Buffer(src, 8, flow.DropOldest)
	},
	"Buffer drop incoming": func(_ *sumRun, src publisher) publisher {
		return operators.Buffer(src, 8, flow.DropIncoming)
	},
	"Buffer latest": func(_ *sumRun, src publisher) publisher { return operators.Buffer(src, 1, flow.Latest) },
	"Buffer fail":   func(_ *sumRun, src publisher) publisher { return operators.Buffer(src, 100, flow.Fail) },
	"BufferWith": func(r *sumRun, src publisher) publisher {
		return operators.BufferWith(src, operators.BufferConfig[int]{
			Capacity: 4, Strategy: flow.DropOldest, OnDropped: func(v int, _ flow.Reason) { r.f(v) },
		})
	},
	"Conflate": func(r *sumRun, src publisher) publisher {
		return operators.Conflate(src, func(_, v int) int { r.f(v); return v })
	},
	"TakeWhile": func(r *sumRun, src publisher) publisher {
		return operators.TakeWhile(src, func(v int) bool { r.f(v); return v < 400 })
	},
	"Skip": func(_ *sumRun, src publisher) publisher { return operators.Skip(src, 10) },
	"SkipWhile": func(r *sumRun, src publisher) publisher {
		return operators.SkipWhile(src, func(v int) bool { r.f(v); return v < 100 })
	},
	"Distinct": func(_ *sumRun, src publisher) publisher { return operators.Distinct(src, 5) },
	"DistinctBy": func(r *sumRun, src publisher) publisher {
		return operators.DistinctBy(src, 5, func(v int) int { r.f(v); return v / 3 })
	},
	"DistinctUntilChangedBy": func(r *sumRun, src publisher) publisher {
		return operators.DistinctUntilChangedBy(src, func(v int) int { r.f(v); return v / 3 })
	},
	"Batch": func(r *sumRun, src publisher) publisher {
		return lengths(r, operators.Batch(src, 7))
	},
	"Batch with a limit": func(r *sumRun, src publisher) publisher {
		return lengths(r, operators.Batch(src, 7, operators.WithMaxWait(time.Microsecond)))
	},
}

// lengths makes elements of batches again. Its function is called with the
// last element of each.
func lengths(r *sumRun, src flow.Publisher[[]int]) publisher {
	return operators.Map(src, func(b []int) int {
		for _, v := range b {
			r.f(v)
		}
		return b[len(b)-1]
	})
}

// sumSinks are the sinks that end them.
var sumSinks = map[string]func(r *sumRun, src publisher) error{
	"ForEach": func(r *sumRun, src publisher) error {
		return sinks.ForEach(r.ctx, src, func(_ context.Context, v int) error { return r.below(v) })
	},
	"Fold": func(r *sumRun, src publisher) error {
		_, err := sinks.Fold(r.ctx, src, 0, func(_, v int) int { _ = r.below(v); return v })
		return err
	},
	"TryFold": func(r *sumRun, src publisher) error {
		_, err := sinks.TryFold(r.ctx, src, 0, func(_ context.Context, _, v int) (int, error) { return v, r.below(v) })
		return err
	},
	"Seq": func(r *sumRun, src publisher) error {
		for v, err := range sinks.Seq(r.ctx, src, sinks.WithPrefetch(5)) {
			if err != nil {
				return err
			}
			if r.end == "break" && v >= r.at {
				break
			}
		}
		return nil
	},
	"First":   func(r *sumRun, src publisher) error { _, err := sinks.First(r.ctx, src); return err },
	"Slice":   func(r *sumRun, src publisher) error { _, err := sinks.Slice(r.ctx, src); return err },
	"Discard": func(r *sumRun, src publisher) error { return sinks.Discard(r.ctx, src) },
	"Chan": func(r *sumRun, src publisher) error {
		c := make(chan int, 3)
		ctx, cancel := context.WithCancelCause(r.ctx)
		var all sync.WaitGroup
		all.Go(func() {
			for v := range c {
				if r.end == "break" && v >= r.at {
					cancel(errStop)
				}
			}
		})
		defer func() {
			close(c)
			all.Wait()
			cancel(nil)
		}()
		return sinks.Chan(ctx, src, c, sinks.WithPrefetch(4))
	},
}

// below is what the functions of sinks call.
func (r *sumRun) below(v int) error {
	if v < r.at {
		return nil
	}
	switch r.end {
	case "error below":
		return errStop
	case "panic below":
		panic(errStop)
	case "goexit below":
		runtime.Goexit()
	case "context below":
		r.cancel(errStop)
	}
	return nil
}

var sumEnds = []string{
	"complete", "upstream fails", "error", "panic", "goexit", "context",
	"error below", "panic below", "goexit below", "context below", "break",
}

// TestTheSumCloses for each stage, whatever the operator, the sink, and the
// way in which the stream ends.
func TestTheSumCloses(t *testing.T) {
	for op, stage := range sumStages {
		for to, sink := range sumSinks {
			if op != "Map" && op != "Async" && to != "ForEach" && to != "Seq" {
				continue // it need not be every pair
			}
			t.Run(op+" "+to, func(t *testing.T) {
				t.Parallel()
				for _, end := range sumEnds {
					for on, s := range schedulers {
						for _, at := range []int{0, 1, 5, 255, lawSize - 1} {
							r := &sumRun{at: at, end: end, made: map[string]int64{}}
							var l ledger
							r.ctx, r.cancel = context.WithCancelCause(scheduler.With(flow.WithObserver(t.Context(), &l), s()))
							r.run(stage, sink)
							l.require(t, r.made, fmt.Sprintf("%s at %d on %s", end, at, on))
						}
					}
				}
			})
		}
	}
}

// run runs lawSize elements through the stage and into the sink.
func (r *sumRun) run(stage func(*sumRun, publisher) publisher, sink func(*sumRun, publisher) error) {
	src := operators.Map(sources.Slice(numbersTo(lawSize)), func(v int) int {
		if r.end == "upstream fails" && v == r.at {
			panic(errStop)
		}
		return v
	})
	var all sync.WaitGroup
	all.Go(func() { _ = sink(r, stage(r, src)) }) // which Goexit may end
	all.Wait()
	r.cancel(nil)
}

// TestTheSumClosesAtRest: also while elements are held, between the signals.
func TestTheSumClosesAtRest(t *testing.T) { sumsAtRest(t, sumStages) }

func sumsAtRest(t *testing.T, stages map[string]func(r *sumRun, src publisher) publisher) {
	t.Helper()
	for op, stage := range stages {
		for _, demand := range []int64{1, 2, 9} {
			t.Run(fmt.Sprint(op, demand), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					r := &sumRun{at: -1, made: map[string]int64{}}
					var l ledger
					ctx := flow.WithObserver(t.Context(), &l)
					up := flowtest.NewManual[int](t)
					src := operators.Map(up, func(v int) int { return v })
					p := flowtest.Subscribe(t, stage(r, src), flowtest.WithContext(ctx))
					for v := range 40 {
						if v%10 == 0 {
							p.Request(demand)
						}
						synctest.Wait()
						if up.Requested() > int64(v) {
							up.Next(v)
						}
						time.Sleep(time.Second)
						synctest.Wait()
						l.settled(t, r.made, fmt.Sprint(v))
					}
					p.Cancel()
					synctest.Wait()
				})
			})
		}
	}
}
