package sources_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

const ms = time.Millisecond

// inVirtualTime runs f in a bubble on each kind of scheduler, the seeded one
// with several seeds.
func inVirtualTime(t *testing.T, f func(t *testing.T, ctx context.Context)) {
	t.Helper()
	for name, sched := range map[string]func() scheduler.Scheduler{
		"default": scheduler.Default,
		"inline":  scheduler.Inline,
		"pool":    func() scheduler.Scheduler { return scheduler.NewPool(2) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { f(t, scheduler.With(t.Context(), sched())) })
		})
	}
	for seed := range uint64(4) {
		if strings.HasSuffix(t.Name(), "drain") { // which waits, as Wait does; a seeded scheduler knows one that waits
			return
		}
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { flowtest.Simulate(t, seed, f) })
	}
}

// clocked is a subscriber that notes when what came.
type clocked struct {
	start time.Time
	sub   flow.Subscription
	seen  []string
	work  time.Duration // for each element
}

func (c *clocked) note(what any) {
	c.seen = append(c.seen, fmt.Sprintf("%v@%v", what, float64(time.Since(c.start))/float64(ms)))
}

func (c *clocked) OnSubscribe(sub flow.Subscription) { c.sub = sub }
func (c *clocked) OnNext(v int64)                    { c.note(v); time.Sleep(c.work) }
func (c *clocked) OnComplete()                       { c.note("|") }
func (c *clocked) OnError(err error) {
	if errors.Is(err, errTest) {
		c.note("!")
		return
	}
	c.note(err)
}

// timedSource is a source and what a reader gets that makes the requests in
// ask, such as "3@0 all@12 drain@40", at those milliseconds.
type timedSource struct {
	name, ask, want string
	src             flow.Publisher[int64]
	work            time.Duration // of the reader, on the source's island
	lost            int64
}

func (test timedSource) run(t *testing.T, ctx context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	watch := &watch{}
	g, _ := scheduler.NewGraph(ctx, "g", scheduler.Observe(watch))
	r := &clocked{start: time.Now(), work: test.work}
	scheduler.Subscribe(g, test.src, r)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for step := range strings.FieldsSeq(test.ask) {
			what, when, _ := strings.Cut(step, "@")
			at, err := time.ParseDuration(when + "ms")
			require.NoError(t, err)
			time.Sleep(time.Until(r.start.Add(at)))
			switch what {
			case "x":
				r.sub.Cancel()
			case "ctx":
				cancel(errTest)
			case "drain":
				_, err := g.Drain(t.Context())
				require.NoError(t, err)
			case "all":
				r.sub.Request(flow.Unbounded)
			default:
				var n int64
				_, err := fmt.Sscan(what, &n)
				require.NoError(t, err)
				r.sub.Request(n)
			}
		}
	}()
	require.NoError(t, g.Wait())
	<-done
	cancel(nil)
	require.Equal(t, test.want, strings.Join(r.seen, " "))
	require.Equal(t, test.lost, watch.stats.Lost[flow.DroppedNew].Load(), "ticks left out")
	require.Equal(t, int64(len(r.seen)), watch.stats.Out.Load()+int64(strings.Count(test.want, "|")+strings.Count(test.want, "!")))
}

// watch keeps the statistics of the only stage.
type watch struct{ stats *flow.Stats }

func (w *watch) OnStage(_ flow.StageInfo, s *flow.Stats) { w.stats = s }
func (w *watch) OnUndeliverable(string, error)           {}

func runTimed(t *testing.T, tests []timedSource) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { inVirtualTime(t, test.run) })
	}
}

func TestTicker(t *testing.T) {
	each10 := sources.Ticker(10 * ms)
	runTimed(t, []timedSource{
		{"every period", "all@0 x@35", "0@10 1@20 2@30", each10, 0, 0},
		{"no demand at the tick", "1@0 x@35", "0@10", each10, 0, 2},
		{"a request before the tick", "1@9.999999 x@10.5", "0@10", each10, 0, 0},
		{"a request at the tick", "1@10 x@15", "0@10", each10, 0, 0},
		{"a request after the tick", "1@10.000001 x@25", "1@20", each10, 0, 1},
		{"a late request", "2@99 x@125", "9@100 10@110", each10, 0, 10},
		{"requests that add up", "1@0 1@3 1@12 x@55", "0@10 1@20 2@30", each10, 0, 2},
		{"never asked", "x@42", "", each10, 0, 4},
		{"the context ends", "all@0 ctx@25", "0@10 1@20 !@25", each10, 0, 0},
		{"the context ends without demand", "ctx@25", "!@25", each10, 0, 2},
		{"a drain", "1@0 drain@25", "0@10 |@25", each10, 0, 1},
		{"a reader that works for longer than a period", "all@0 x@62", "0@10 2@35 5@60", each10, 25 * ms, 3},
		{"a reader that works and then asks", "1@0 1@35 1@41 x@91", "0@10 3@40 5@65", each10, 25 * ms, 6},
	})
}

func TestTickerWithFixedDelay(t *testing.T) {
	delay10 := sources.Ticker(10*ms, sources.WithFixedDelay())
	runTimed(t, []timedSource{
		{"every period", "all@0 x@35", "0@10 1@20 2@30", delay10, 0, 0},
		{"no demand at the tick", "1@0 x@35", "0@10", delay10, 0, 0},
		{"a tick waits for demand", "1@0 1@45 1@46 x@70", "0@10 1@45 2@55", delay10, 0, 0},
		{"a request before the tick", "1@9.999999 x@10.5", "0@10", delay10, 0, 0},
		{"a request at the tick", "1@10 x@15", "0@10", delay10, 0, 0},
		{"a request after the tick", "1@10.000001 x@15", "0@10.000001", delay10, 0, 0},
		{"never asked", "x@42", "", delay10, 0, 0},
		{"the context ends", "all@0 ctx@25", "0@10 1@20 !@25", delay10, 0, 0},
		{"a drain", "1@0 drain@25", "0@10 |@25", delay10, 0, 0},
		{"a reader that works", "all@0 x@90", "0@10 1@45 2@80", delay10, 25 * ms, 0},
		{"a reader that works and then asks", "1@0 1@35 1@41 x@91", "0@10 1@45 2@80", delay10, 25 * ms, 0},
	})
}

func TestTimer(t *testing.T) {
	after10 := sources.Timer(10 * ms)
	runTimed(t, []timedSource{
		{"in time", "1@0", "0@10 |@10", after10, 0, 0},
		{"asked for much", "all@0", "0@10 |@10", after10, 0, 0},
		{"asked before", "1@9.999999", "0@10 |@10", after10, 0, 0},
		{"asked at the moment", "1@10", "0@10 |@10", after10, 0, 0},
		{"asked after it", "1@25", "0@25 |@25", after10, 0, 0},
		{"cancel", "1@0 x@5", "", after10, 0, 0},
		{"cancel while it is held", "x@15", "", after10, 0, 0},
		{"the context ends", "1@0 ctx@5", "!@5", after10, 0, 0},
		{"a drain", "1@0 drain@5", "|@5", after10, 0, 0},
		{"at once", "1@0", "0@0 |@0", sources.Timer(0), 0, 0},
		{"not at once", "1@7", "0@7 |@7", sources.Timer(-time.Hour), 0, 0},
	})
}

// TestTickerDoesNotDrift, however slow its reader is.
func TestTickerDoesNotDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const period = 333_333_333
		start := time.Now()
		ticks := operators.Take(sources.Ticker(period), 10_000)
		var last int64 = -1
		require.NoError(t, sinks.ForEach(t.Context(), ticks, func(_ context.Context, k int64) error {
			require.Equal(t, last+1, k)
			require.Equal(t, time.Duration(k+1)*period, time.Since(start))
			last = k
			time.Sleep(time.Duration(k%period) * 3001)
			return nil
		}))
		require.Equal(t, int64(9999), last)
	})
}

// TestTimersAreStopped: a timer that goes on would keep the subscriber alive
// for an hour.
func TestTimersAreStopped(t *testing.T) {
	for name, src := range map[string]flow.Publisher[int64]{
		"Ticker": sources.Ticker(time.Hour), "Ticker with delay": sources.Ticker(time.Hour, sources.WithFixedDelay()),
		"Timer": sources.Timer(time.Hour),
	} {
		for how, leave := range map[string]func(sub flow.Subscription, cancel context.CancelFunc){
			"cancel":  func(sub flow.Subscription, _ context.CancelFunc) { sub.Cancel() },
			"context": func(_ flow.Subscription, cancel context.CancelFunc) { cancel() },
			"error":   func(sub flow.Subscription, _ context.CancelFunc) { sub.Request(0) },
		} {
			t.Run(name+" "+how, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				g, _ := scheduler.NewGraph(ctx, "g", scheduler.On(scheduler.Inline()))
				r := new(clocked)
				gone := weak.Make(r)
				scheduler.Subscribe(g, src, r)
				r.sub.Request(3)
				leave(r.sub, cancel)
				require.NoError(t, g.Wait())
				r = nil         //nolint:wastedassign // so that nothing here keeps it
				for range 300 { // the Go runtime forgets a stopped timer when it sets others
					if runtime.GC(); gone.Value() == nil {
						return
					}
					<-time.After(ms)
				}
				t.Error("a timer still holds the subscriber")
			})
		}
	}
}

func TestWrongArgumentsOfTimedSources(t *testing.T) {
	for text, f := range map[string]func(){
		"sources.Ticker: period 0s, must be positive":  func() { sources.Ticker(0) },
		"sources.Ticker: period -1s, must be positive": func() { sources.Ticker(-time.Second) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
