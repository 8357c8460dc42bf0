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
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

func alive10(p publisher) publisher {
	return operators.KeepAlive(p, 10*ms, func() int { return 0 }, operators.WithName("it"))
}

func TestKeepAlive(t *testing.T) {
	runTimed(t, []timedCase{
		{"none", "|@5", "all@0", "|@5", alive10},
		{"one", "1@3 |@5", "all@0", "1@3 |@5", alive10},
		{"elements that come in time", "1@9 2@18 3@28 |@38", "all@0", "1@9 2@18 3@28 |@38", alive10},
		{"before the boundary", "1@9.999999 |@12", "all@0", "1@9.999999 |@12", alive10},
		{"at the boundary", "1@10 |@20", "all@0", "1@10 |@20", alive10},
		{"after the boundary", "1@10.000001 |@12", "all@0", "0@10 1@10.000001 |@12", alive10},
		{"again and again", "1@5 2@37 |@40", "all@0", "1@5 0@15 0@25 0@35 2@37 |@40", alive10},
		{"from the first request", "|@25", "1@7", "0@17 |@32", alive10},
		{"a reader that is slower than the gap", "1@1 2@2 |@3", "1@0 1@50", "1@1 2@50 |@50", alive10},
		{"a second request changes nothing", "|@15", "1@0 1@8", "0@10 |@15", alive10},
		{"what comes when values have used the demand", "1@60 |@70", "1@25 1@26 1@27 1@99", "0@35 0@45 0@55 1@99 |@99", alive10},
		{"demand that values have used", "1@15 2@16 3@17 |@18", "3@0 1@30 1@40", "0@10 1@15 2@16 3@30 |@30", alive10},
		{"what waits comes first", "1@11 2@12 |@90", "2@0 1@30 1@50", "0@10 1@11 2@30 0@60 |@90", alive10},
		{"an error behind what waits", "1@11 2@12 !@13", "2@0 1@30", "0@10 1@11 2@30 !@30", alive10},
		{"an error", "1@11 !@22", "all@0", "0@10 1@11 0@21 !@22", alive10},
		{"cancel", "1@5", "all@0 x@17", "1@5 0@15", alive10},
		{"cancel while something waits", "1@11 2@12", "2@0 x@17", "0@10 1@11", alive10},
		{"the context ends", "1@5", "all@0 ctx@17", "1@5 0@15 !@17", alive10},
	})
}

// TestKeepAliveOfASlowReader: the time in which it works on an element does not
// count.
func TestKeepAliveOfASlowReader(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, ctx context.Context) {
		var got []int
		require.NoError(t, sinks.ForEach(ctx, alive10(sources.Slice(numbersTo(30))), func(_ context.Context, v int) error {
			got = append(got, v)
			time.Sleep(time.Second)
			return nil
		}))
		require.Equal(t, numbersTo(30), got)
	})
}

// TestKeepAliveDemand: values use demand that has been passed on. What then
// comes too much waits, and nothing is asked for again before that has gone.
func TestKeepAliveDemand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		up := flowtest.NewManual[int](t)
		p := flowtest.Subscribe(t, alive10(up))
		p.Request(2)
		synctest.Wait()
		require.EqualValues(t, 2, up.Requested())
		time.Sleep(21 * ms)
		p.ExpectNext(0, 0)
		p.Request(1)
		time.Sleep(11 * ms)
		p.ExpectNext(0)
		require.EqualValues(t, 2, up.Requested())
		up.Next(1, 2)
		synctest.Wait()
		require.Equal(t, 3, p.Count())
		p.Request(5)
		synctest.Wait()
		p.ExpectNext(1, 2)
		require.EqualValues(t, 5, up.Requested())
		up.Complete()
		synctest.Wait()
		p.ExpectComplete()
	})
}

// TestKeepAliveOfAValueThatFails ends the stream and cancels upstream.
func TestKeepAliveOfAValueThatFails(t *testing.T) {
	for what, end := range map[string]func(){"panic": func() { panic(errStop) }, "goexit": runtime.Goexit} {
		inVirtualTime(t, func(t *testing.T, ctx context.Context) {
			var got []int
			var err error
			var all sync.WaitGroup
			all.Go(func() {
				src := operators.KeepAlive(script("1@5 2@40"), 10*ms, func() int { end(); return 0 }, operators.WithName("it"))
				err = sinks.ForEach(ctx, operators.Async(src, 4), func(_ context.Context, v int) error { got = append(got, v); return nil })
			})
			all.Wait()
			if what == "goexit" && err == nil { // it was the goroutine of the sink
				return
			}
			require.Equal(t, []int{1}, got)
			var p *flow.PanicError
			require.ErrorAs(t, err, &p, what)
			require.Equal(t, "it", p.Stage)
		})
	}
}

func TestKeepAliveReleasesOnce(t *testing.T) {
	for _, end := range append([]string{"error above"}, tokenEnds...) {
		for _, own := range []bool{true, false} {
			t.Run(fmt.Sprint(end, " own goroutine ", own), func(t *testing.T) {
				inVirtualTime(t, func(t *testing.T, ctx context.Context) {
					for _, at := range []int{0, 7, 59} {
						timedTokenRun(t, ctx, func(p tokens) tokens {
							// Nobody has minted what it makes, so that is taken out again.
							made := operators.KeepAlive(p, 3*ms, func() *token { return &token{n: -1} })
							return operators.Filter(made, func(t *token) bool { return t.n >= 0 })
						}, end, own, at)
					}
				})
			})
		}
	}
}

func TestKeepAliveStopsItsTimer(t *testing.T) {
	timersAreStopped(t, map[string]func(publisher) publisher{
		"KeepAlive": func(p publisher) publisher { return operators.KeepAlive(p, time.Hour, func() int { return 0 }) },
	}, nil)
}

func TestWrongArgumentsOfKeepAlive(t *testing.T) {
	src, zero := sources.Of(1), func() int { return 0 }
	for text, f := range map[string]func(){
		"operators.KeepAlive: nil source":               func() { operators.KeepAlive(nil, 1, zero) },
		"operators.KeepAlive: gap 0s, must be positive": func() { operators.KeepAlive(src, 0, zero) },
		"operators.KeepAlive: nil function":             func() { operators.KeepAlive(src, 1, nil) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
