package operators_test

import (
	"context"
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

const grace = 10 * time.Second

// graced are the publishers with a time of grace.
var graced = map[string]func(src publisher) publisher{
	"RefCount": func(src publisher) publisher {
		return operators.RefCount(operators.Publish(src, 4, flow.Block), 1, operators.WithGrace(grace))
	},
	"Share": func(src publisher) publisher { return operators.Share(src, 4, flow.Block, operators.WithGrace(grace)) },
	"Replay": func(src publisher) publisher {
		return operators.Replay(src, 1, 4, flow.Block, operators.WithGrace(grace))
	},
}

// TestGrace: one that comes before the end of that time, or in the very moment,
// finds the connection; one that comes later has another one.
func TestGrace(t *testing.T) {
	for name, shared := range graced {
		for wait, again := range map[time.Duration]bool{
			0: false, time.Second: false, grace - 1: false, grace: false, grace + 1: true, time.Hour: true,
		} {
			synctest.Test(t, func(t *testing.T) {
				up := flowtest.NewManual[int](t)
				out := shared(up)
				for round := range 3 {
					a := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
					up.Next(1)
					a.ExpectNext(1)
					a.Cancel()
					synctest.Wait()
					require.Zero(t, up.Cancelled(), "%s, at once", name)
					time.Sleep(wait)
					b := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
					synctest.Wait()
					want := round + 1
					if again {
						want = 2*round + 2
					}
					require.Zero(t, up.Cancelled(), "%s after %v", name, wait)
					require.Equal(t, want, up.Subscribed(), "%s after %v", name, wait)
					if name == "Replay" && !again {
						b.ExpectNext(1)
					}
					time.Sleep(2 * grace) // the old alarm means nothing
					up.Next(2)
					b.ExpectNext(2)
					b.Cancel()
					time.Sleep(grace - 1)
					synctest.Wait()
					require.Zero(t, up.Cancelled(), "%s, before the end", name)
					time.Sleep(time.Nanosecond)
					synctest.Wait()
					require.Equal(t, 1, up.Cancelled(), "%s, at the end", name)
				}
			})
		}
	}
}

// TestGraceWithoutDemand: upstream is asked for nothing while nobody is there.
func TestGraceWithoutDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		out := graced["Share"](up)
		a := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		a.Cancel()
		up.Next(1, 2, 3, 4) // lost
		synctest.Wait()
		require.EqualValues(t, 4, up.Requested())
		b := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.EqualValues(t, 8, up.Requested())
		up.Complete()
		b.ExpectComplete()
		require.Equal(t, 1, up.Subscribed())
	})
}

// TestGraceEnds when upstream does, with an error or not: the next one begins
// anew.
func TestGraceEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for k, end := range []func(up *flowtest.Manual[int]){
			func(up *flowtest.Manual[int]) { up.Complete() },
			func(up *flowtest.Manual[int]) { up.Error(errStop) },
		} {
			up := flowtest.NewManual[int](t)
			out := graced["Share"](up)
			flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded)).Cancel()
			synctest.Wait()
			end(up)
			synctest.Wait()
			b := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
			synctest.Wait()
			require.Equal(t, 2, up.Subscribed(), k)
			require.Zero(t, up.Cancelled(), k)
			b.Cancel()
		}
	})
}

// TestGraceIsNotWaitedFor by the last subscriber, outside of a graph. Where the
// scheduler has no goroutines of its own, whoever comes next sees to its end.
func TestGraceIsNotWaitedFor(t *testing.T) {
	for on, s := range schedulers {
		synctest.Test(t, func(t *testing.T) {
			var w watched
			out := graced["Share"](w.publisher())
			ctx, begin := scheduler.With(t.Context(), s()), time.Now()
			for k := range 3 {
				v, err := sinks.First(ctx, out)
				require.NoError(t, err)
				require.LessOrEqual(t, v, 4*k)
				require.Zero(t, time.Since(begin), "on %s", on)
			}
			require.EqualValues(t, 1, w.subscribed.Load(), "on %s", on)
			time.Sleep(grace)
			synctest.Wait()
			if on == "inline" || on == "seeded" {
				time.Sleep(time.Nanosecond)
				_, err := sinks.First(ctx, operators.Take(out, 1))
				require.NoError(t, err)
				require.EqualValues(t, 2, w.subscribed.Load(), "on %s", on)
			}
			require.NotZero(t, w.cancelled.Load()+w.ended.Load(), "on %s", on)
		})
	}
}

// TestGraceOfAGraph is waited for, unless the graph drains or its context ends.
func TestGraceOfAGraph(t *testing.T) {
	for on, s := range schedulers {
		for _, end := range []string{"", "drain", "cancel"} {
			synctest.Test(t, func(t *testing.T) {
				var w watched
				out := graced["Share"](w.publisher())
				parent, cancel := context.WithCancel(t.Context())
				defer cancel()
				g, ctx := scheduler.NewGraph(parent, "g", scheduler.On(s()))
				g.Go(func() error { _, err := sinks.First(ctx, out); return err })
				begin := time.Now()
				want := grace
				switch end {
				case "drain":
					time.AfterFunc(time.Second, func() { _, _ = g.Drain(t.Context()) })
					want = time.Second
				case "cancel":
					time.AfterFunc(time.Second, cancel)
					want = time.Second
				}
				_ = g.Wait()
				require.Equal(t, want, time.Since(begin), "%q on %s", end, on)
				w.require(t)
			})
		}
	}
}

// TestAutoConnect connects with the n-th subscriber, and stays connected when
// all have left, until it is disconnected.
func TestAutoConnect(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		shared := operators.Publish[int](up, 4, flow.Block)
		out := operators.AutoConnect(shared, 2)
		a := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.Zero(t, up.Subscribed())
		b := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.Equal(t, 1, up.Subscribed())
		up.Next(1)
		a.ExpectNext(1)
		b.ExpectNext(1)
		a.Cancel()
		b.Cancel()
		time.Sleep(time.Hour)
		synctest.Wait()
		require.Zero(t, up.Cancelled())
		before := up.Requested()
		c := flowtest.Subscribe(t, out, flowtest.WithDemand(1)) // one is enough now
		up.Next(2)
		c.ExpectNext(2)
		require.LessOrEqual(t, up.Requested(), before+4)
		require.Equal(t, 1, up.Subscribed())
		shared.Disconnect()
		shared.Disconnect()
		c.ExpectComplete()
		require.Equal(t, 1, up.Cancelled())

		d := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		shared.Disconnect() // there is nothing
		synctest.Wait()
		require.Equal(t, 1, up.Subscribed())
		e := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		synctest.Wait()
		require.Equal(t, 2, up.Subscribed(), "the next two connect it again")
		up.Error(errStop)
		d.ExpectError(errStop)
		e.ExpectError(errStop)
	})
}

// TestAutoConnectInAGraph: all get all, and the graph waits for the connection.
func TestAutoConnectInAGraph(t *testing.T) {
	for on, s := range schedulers {
		var w watched
		out := operators.AutoConnect(operators.Publish(w.publisher(), 3, flow.Block), 3)
		g, ctx := scheduler.NewGraph(t.Context(), "g", scheduler.On(s()))
		var got [3][]int
		for i := range got {
			g.Go(func() (err error) { got[i], err = sinks.Slice(ctx, out); return err })
		}
		require.NoError(t, g.Wait())
		for i := range got {
			require.Equal(t, numbersTo(lawSize), got[i], "%d on %s", i, on)
		}
		require.EqualValues(t, 1, w.subscribed.Load())
		w.require(t)
	}
}

// TestGraceUnderFire: subscribers come and go while the time of grace ends.
// There is one connection at a time, and none in the end.
func TestGraceUnderFire(t *testing.T) {
	for range 20 {
		var w watched
		out := operators.Share(w.publisher(), 3, flow.Block, operators.WithGrace(time.Microsecond))
		var all sync.WaitGroup
		for k := range 4 {
			all.Go(func() {
				for n := range 10 {
					if err := visit(t.Context(), out, (7*k+13*n)%80); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		require.Eventually(t, func() bool {
			return w.cancelled.Load()+w.ended.Load() >= w.subscribed.Load()
		}, 10*time.Second, time.Millisecond)
		w.require(t)
	}
}

// TestReplayWithMaxAge: who comes in the very moment still gets an element, who
// comes later does not, also after the end.
func TestReplayWithMaxAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		out := operators.Replay[int](up, 2, 4, flow.Block, operators.WithMaxAge(10*time.Second))
		stays := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
		late := func(want ...int) {
			t.Helper()
			p := flowtest.Subscribe(t, out, flowtest.WithDemand(flow.Unbounded))
			synctest.Wait()
			require.ElementsMatch(t, want, p.Values())
			p.Cancel()
			synctest.Wait()
		}
		for i := range 3 { // at 0, 1, 2 s
			up.Next(i)
			stays.ExpectNext(i)
			time.Sleep(time.Second)
		}
		late(1, 2)
		time.Sleep(8 * time.Second)
		late(1, 2) // at 11 s
		time.Sleep(time.Nanosecond)
		late(2)
		up.Complete()
		stays.ExpectComplete()
		time.Sleep(time.Second - 1)
		late(2)
		time.Sleep(time.Nanosecond)
		late()
		flowtest.Subscribe(t, out).ExpectComplete()
		require.Equal(t, 1, up.Subscribed())
	})
}

func TestLifetimeArguments(t *testing.T) {
	src := operators.Publish(sources.Of(1), 1, flow.Block)
	for text, f := range map[string]func(){
		"operators.AutoConnect: nil source":                        func() { operators.AutoConnect[int](nil, 1) },
		"operators.AutoConnect: 0 subscribers, must be at least 1": func() { operators.AutoConnect(src, 0) },
		"operators.WithGrace: time 0s, must be positive":           func() { operators.WithGrace(0) },
		"operators.WithMaxAge: time 0s, must be positive":          func() { operators.WithMaxAge(0) },
		"operators.WithGrace: time -1ns, must be positive":         func() { operators.WithGrace(-1) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
