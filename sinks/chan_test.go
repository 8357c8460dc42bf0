package sinks_test

import (
	"context"
	"fmt"
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

func upward(n int64) (all []int64) {
	for v := range n {
		all = append(all, v)
	}
	return all
}

// TestChan sends all elements in order, whatever the channel and the prefetch.
func TestChan(t *testing.T) {
	for on, s := range schedulers {
		for _, capacity := range []int{0, 1, 7, 1000} {
			for _, prefetch := range []int{1, 3, 500} {
				for _, n := range []int64{0, 1, 2, 300} {
					for shape, src := range sourcesOf(n) {
						ctx := scheduler.With(t.Context(), s())
						got, err := received(capacity, func(c chan<- int64) error {
							return sinks.Chan(ctx, src, c, sinks.WithPrefetch(prefetch))
						})
						require.NoError(t, err)
						require.Equal(t, upward(n), got, "%s on %s, capacity %d, prefetch %d", shape, on, capacity, prefetch)
					}
					got, err := received(capacity, func(c chan<- int64) error {
						return sinks.Chan(scheduler.With(t.Context(), s()), upTo(n), c, sinks.WithPrefetch(prefetch))
					})
					require.ErrorIs(t, err, errSink)
					require.Equal(t, upward(n), got, "the elements before the error")
				}
			}
		}
	}
}

// TestChanDemand: another one is asked for when one has been sent.
func TestChanDemand(t *testing.T) {
	for _, prefetch := range []int64{1, 3} {
		synctest.Test(t, func(t *testing.T) {
			up := flowtest.NewManual[int64](t)
			c := make(chan int64)
			ended := make(chan error, 1)
			go func() { ended <- sinks.Chan(t.Context(), up, c, sinks.WithPrefetch(int(prefetch))) }()
			synctest.Wait()
			require.Equal(t, prefetch, up.Requested())
			up.Next(upward(prefetch)...)
			for k := range prefetch {
				synctest.Wait()
				require.Equal(t, prefetch+k, up.Requested())
				require.Equal(t, k, <-c)
			}
			synctest.Wait()
			require.Equal(t, 2*prefetch, up.Requested())
			up.Next(7)
			up.Error(errSink)
			synctest.Wait()
			require.Empty(t, ended, "the error waits for the element before it")
			require.EqualValues(t, 7, <-c)
			require.ErrorIs(t, <-ended, errSink)
		})
	}
}

// TestChanLetsGoWhenTheContextEnds of what it has not sent, and counts it.
func TestChanLetsGoWhenTheContextEnds(t *testing.T) {
	for _, prefetch := range []int{1, 4} {
		for on, s := range schedulers {
			synctest.Test(t, func(t *testing.T) {
				o := &counted{}
				ctx, cancel := context.WithCancelCause(scheduler.With(flow.WithObserver(t.Context(), o), s()))
				c := make(chan *held)
				ended := make(chan error, 1)
				var all []*held
				src := operators.Map(sources.Range(0, 100), func(int64) *held {
					all = append(all, new(held))
					return all[len(all)-1]
				})
				go func() { ended <- sinks.Chan(ctx, src, c, sinks.WithPrefetch(prefetch)) }()
				for range 5 {
					<-c
				}
				synctest.Wait()
				cancel(errSink)
				require.ErrorIs(t, <-ended, errSink)
				require.Len(t, all, 5+prefetch, on)
				for i, h := range all {
					require.Equal(t, min(1, i/5), h.released, "element %d", i)
				}
				sink := o.all["chan"].Snapshot()
				require.EqualValues(t, 5, sink.Out)
				require.EqualValues(t, prefetch, sink.Lost[flow.Cancelled])
				require.Equal(t, sink.In, sink.Out+sink.Discarded(), "the sum closes")
			})
		}
	}
}

// counted collects the counters of stages by kind.
type counted struct {
	mu  sync.Mutex
	all map[string]*flow.Stats
}

func (c *counted) OnStage(i flow.StageInfo, stats *flow.Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.all == nil {
		c.all = make(map[string]*flow.Stats)
	}
	c.all[i.Kind] = stats
}

func (*counted) OnUndeliverable(string, error) {}

// TestChanThatIsClosed by somebody else ends the stream, not the process.
func TestChanThatIsClosed(t *testing.T) {
	for _, capacity := range []int{0, 3} {
		for on, s := range schedulers {
			for _, after := range []int64{0, 1, 5} {
				c, done := make(chan int64, capacity), make(chan struct{})
				go func() {
					defer close(done)
					for range c {
					}
				}()
				src := operators.Map(sources.Range(0, 1000), func(v int64) int64 {
					if v == after {
						close(c)
					}
					return v
				})
				err := sinks.Chan(scheduler.With(t.Context(), s()), src, c, sinks.WithName("out"))
				<-done
				var p *flow.PanicError
				require.ErrorAs(t, err, &p, on)
				require.Equal(t, "out", p.Stage)
			}
		}
	}
}

// TestChanHoldsUpNobody: two functions of a graph, one of which sends what the
// other one receives, on schedulers that have one thread.
func TestChanHoldsUpNobody(t *testing.T) {
	for on, s := range schedulers {
		for _, capacity := range []int{0, 2} {
			g, ctx := scheduler.NewGraph(scheduler.With(t.Context(), s()), "g")
			c := make(chan int64, capacity)
			var total int64
			g.Go(func() error {
				defer close(c)
				return sinks.Chan(ctx, operators.Async(sources.Range(0, 500), 8), c)
			})
			g.Go(func() (err error) {
				total, err = sinks.Fold(ctx, sources.Chan(c), 0, sum)
				return err
			})
			require.NoError(t, g.Wait(), on)
			require.EqualValues(t, 500*499/2, total, on)
		}
	}
}

// TestChanRepeats: the same seed gives the same run.
func TestChanRepeats(t *testing.T) {
	run := func(t *testing.T, seed uint64) (trace []string) {
		flowtest.Simulate(t, seed, func(t *testing.T, ctx context.Context) {
			c, done := make(chan int64), make(chan struct{})
			go func() {
				defer close(done)
				for v := range c {
					time.Sleep(time.Duration(v%3) * time.Millisecond)
				}
			}()
			require.NoError(t, sinks.Chan(ctx, operators.Async(sources.Range(0, 50), 4), c, sinks.WithPrefetch(3)))
			close(c)
			<-done
		}, scheduler.OnStep(func(s scheduler.Step) { trace = append(trace, fmt.Sprint(s)) }))
		return trace
	}
	for seed := range uint64(20) {
		require.Equal(t, run(t, seed), run(t, seed), "seed %d", seed)
	}
}

// TestChanWithAnotherSinkThatFails in its run: it does not wait for a receiver
// who is not there.
func TestChanWithAnotherSinkThatFails(t *testing.T) {
	for on, s := range schedulers {
		g, ctx := scheduler.NewGraph(scheduler.With(t.Context(), s()), "g")
		g.Go(func() error { return sinks.Chan(ctx, sources.Of(1, 2), make(chan int)) })
		g.Go(func() error { return sinks.Discard(ctx, sources.Error[int](errSink)) })
		require.ErrorIs(t, g.Wait(), errSink, on)
	}
}
