package operators_test

import (
	"context"
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

func demand10(p publisher) publisher { return operators.TimeoutDemand(p, 10*ms) }

func TestTimeoutDemand(t *testing.T) {
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", demand10},
		{"everything is asked for", "1@50 2@99 |@150", "all@0", "1@50 2@99 |@150", demand10},
		{"nothing is asked for", "1@0 |@50", "", "timeout@10", demand10},
		{"before the boundary", "1@0 |@50", "1@9.999999 1@15", "1@9.999999 |@59.999999", demand10},
		{"at the boundary", "1@0 2@0 |@50", "1@10 1@20 1@30", "1@10 2@20 |@60", demand10},
		{"after the boundary", "1@0 2@0 |@50", "1@0 1@10.000001", "1@0 timeout@10", demand10},
		{"from the last element", "1@5 2@33 3@34", "2@0", "1@5 2@33 timeout@43", demand10},
		{"not while something is asked for", "1@5 2@77 |@78", "2@0", "1@5 2@77 |@78", demand10},
		{"a request that comes before the element", "1@5 2@33 |@40", "1@0 1@3 1@40", "1@5 2@33 |@40", demand10},
		{"one by one", "1@0 2@0 3@0 |@0", "1@9 1@18 1@27", "1@9 2@18 3@27 |@27", demand10},
		{"completion in the meantime", "1@0 |@5", "1@0 1@40", "1@0 |@5", demand10},
		{"an error", "1@0 !@5", "1@0 1@40", "1@0 !@5", demand10},
		{"cancel", "1@0", "1@0 x@5", "1@0", demand10},
		{"the context ends", "1@0", "1@0 ctx@5", "1@0 !@5", demand10},
	})
}

// TestTimeoutDemandSaysWhere: the error names the stage and the time, the
// metrics count a timeout, upstream is cancelled, and nothing else is lost.
func TestTimeoutDemandSaysWhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		seen := &stages{all: map[string]*flow.Stats{}}
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, operators.TimeoutDemand(up, 1500*ms, operators.WithName("reader")),
			flowtest.WithContext(flow.WithObserver(t.Context(), seen)))
		p.Request(2)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		up.Next(1, 2)
		time.Sleep(1501 * ms)
		require.EqualError(t, p.Err(), "reader: flow: timeout: no request for 1.5s")
		require.ErrorIs(t, p.Err(), flow.ErrTimeout)
		require.Equal(t, 1, up.Cancelled())
		n := seen.all["timeoutdemand"].Snapshot()
		require.EqualValues(t, 1, seen.all["timeoutdemand"].Errors[flow.TimeoutError].Load())
		require.Zero(t, n.Discarded())
		require.Equal(t, n.In, n.Out)
	})
}

// TestTimeoutDemandOfABusyReader, which takes its time for an element and asks
// for the next one afterwards, on the island of the stage.
func TestTimeoutDemandOfABusyReader(t *testing.T) {
	for _, test := range []struct {
		work time.Duration
		want []int
		late bool
	}{{10 * ms, []int{0, 1, 2}, false}, {10*ms + 1, []int{0}, true}} {
		inVirtualTime(t, func(t *testing.T, ctx context.Context) {
			r := &oneByOne{work: test.work}
			g, _ := scheduler.NewGraph(ctx, "g")
			scheduler.Subscribe(g, demand10(sources.Slice(numbersTo(3))), r)
			require.NoError(t, g.Wait())
			require.Equal(t, test.want, r.seen)
			if test.late {
				require.ErrorIs(t, r.err, flow.ErrTimeout)
			} else {
				require.NoError(t, r.err)
			}
		})
	}
}

// oneByOne is a subscriber that works on an element and then asks for another.
type oneByOne struct {
	work time.Duration
	sub  flow.Subscription
	seen []int
	err  error
}

func (r *oneByOne) OnSubscribe(sub flow.Subscription) { r.sub = sub; sub.Request(1) }
func (r *oneByOne) OnNext(v int) {
	r.seen = append(r.seen, v)
	time.Sleep(r.work)
	r.sub.Request(1)
}
func (r *oneByOne) OnError(err error) { r.err = err }
func (r *oneByOne) OnComplete()       {}

func TestTimeoutDemandIsNothingToASinkThatTakesAll(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, ctx context.Context) {
		n := 0
		require.NoError(t, sinks.ForEach(ctx, demand10(sources.Slice(numbersTo(30))), func(context.Context, int) error {
			n++
			time.Sleep(time.Second)
			return nil
		}))
		require.Equal(t, 30, n)
	})
}

func TestTimeoutDemandReleasesOnce(t *testing.T) {
	releaseOnce(t, map[string]func(tokens) tokens{
		"in time": func(p tokens) tokens { return operators.TimeoutDemand(p, time.Hour) },
		"late":    func(p tokens) tokens { return operators.Debounce(operators.TimeoutDemand(p, 4*ms), ms) },
	})
}

func TestTimeoutDemandStopsItsTimer(t *testing.T) {
	timersAreStopped(t, map[string]func(publisher) publisher{
		"TimeoutDemand": func(p publisher) publisher { return operators.TimeoutDemand(p, time.Hour) },
	}, nil)
}

func TestWrongArgumentsOfTimeoutDemand(t *testing.T) {
	require.PanicsWithValue(t, "operators.TimeoutDemand: nil source", func() { operators.TimeoutDemand[int](nil, 1) })
	require.PanicsWithValue(t, "operators.TimeoutDemand: time 0s, must be positive", func() { operators.TimeoutDemand(sources.Of(1), 0) })
}
