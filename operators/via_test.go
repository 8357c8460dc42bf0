package operators_test

import (
	"context"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/flow/flowtest"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// square is a processor as users write them: it passes on what comes, and calls
// f before each element.
type square struct {
	flow.Subscriber[int] // downstream
	f                    func(v int)
}

func newSquare() flow.Processor[int, int] { return &square{f: func(int) {}} }

func squares(n int) []int {
	all := numbersTo(n)
	for i, v := range all {
		all[i] = v * v
	}
	return all
}

func (p *square) Subscribe(_ context.Context, s flow.Subscriber[int]) { p.Subscriber = s }
func (p *square) OnNext(v int)                                        { p.f(v); p.Subscriber.OnNext(v * v) }

// distant is a processor that signals on a goroutine of its own.
type distant struct {
	down    flow.Subscriber[int]
	signals chan func()
}

func newDistant() flow.Processor[int, int] { return new(distant) }

func (p *distant) Subscribe(ctx context.Context, s flow.Subscriber[int]) {
	p.down, p.signals = s, make(chan func(), 1000)
	go func() {
		for {
			select {
			case f := <-p.signals:
				if f == nil {
					return
				}
				f()
			case <-ctx.Done():
				return
			}
		}
	}()
}

func (p *distant) OnSubscribe(sub flow.Subscription) {
	p.signals <- func() { p.down.OnSubscribe(&distantLine{sub, p}) }
}
func (p *distant) OnNext(v int)      { p.signals <- func() { p.down.OnNext(v) } }
func (p *distant) OnError(err error) { p.signals <- func() { p.down.OnError(err) }; p.signals <- nil }
func (p *distant) OnComplete()       { p.signals <- p.down.OnComplete; p.signals <- nil }

// distantLine ends the goroutine with the subscription.
type distantLine struct {
	flow.Subscription
	p *distant
}

func (l *distantLine) Cancel() {
	l.Subscription.Cancel()
	select {
	case l.p.signals <- nil:
	default:
	}
}

func TestViaEmitsWhatTheProcessorDoes(t *testing.T) {
	for on, s := range schedulers {
		for _, n := range []int{0, 1, 2, 256, 700} {
			src := operators.Via(operators.Async(sources.Slice(numbersTo(n)), 16), newSquare)
			for range 2 { // each subscription has a processor of its own
				got, err := sinks.Slice(scheduler.With(t.Context(), s()), src)
				require.NoError(t, err)
				require.Equal(t, squares(n), append([]int{}, got...), "%d on %s", n, on)
			}
			got := []int{}
			for v, err := range sinks.Seq(scheduler.With(t.Context(), s()), src) {
				require.NoError(t, err)
				got = append(got, v)
			}
			require.Equal(t, squares(n), got, "%d on %s, one by one", n, on)
		}
	}
}

// TestViaPanicInTheProcessor: the stream fails, and upstream is cancelled.
func TestViaPanicInTheProcessor(t *testing.T) {
	for on, s := range schedulers {
		for _, k := range positions {
			for name, end := range map[string]func(){"panic": func() { panic(errStop) }, "Goexit": runtime.Goexit} {
				if name == "Goexit" && on != "default" {
					continue // it ends the goroutine of the test
				}
				var w watched
				_, err := sinks.Slice(scheduler.With(t.Context(), s()), operators.Via(w.publisher(), func() flow.Processor[int, int] {
					return &square{f: func(v int) {
						if v == k {
							end()
						}
					}}
				}))
				var p *flow.PanicError
				require.ErrorAs(t, err, &p, "%s on %s", name, on)
				w.require(t)
			}
		}
	}
}

// TestViaWithoutAProcessor: newProcessor fails, or Subscribe does. Upstream is
// not left waiting.
func TestViaWithoutAProcessor(t *testing.T) {
	for name, newProcessor := range map[string]func() flow.Processor[int, int]{
		"nil":       func() flow.Processor[int, int] { return nil },
		"panic":     func() flow.Processor[int, int] { panic(errStop) },
		"Subscribe": func() flow.Processor[int, int] { return badProcessor{} },
	} {
		all := operators.Broadcast(sources.Of(1, 2), 2, 4)
		g, ctx := scheduler.NewGraph(t.Context(), "g")
		var other []int
		g.Go(func() (err error) { other, err = sinks.Slice(ctx, all[1]); return err })
		_, err := sinks.Slice(ctx, operators.Via(all[0], newProcessor, operators.WithName("it")))
		var p *flow.PanicError
		require.ErrorAs(t, err, &p, name)
		require.Equal(t, "it", p.Stage)
		require.NoError(t, g.Wait())
		require.Equal(t, []int{1, 2}, other)
	}
	var all sync.WaitGroup
	probe := flowtest.NewProbe[int](t)
	all.Go(func() {
		operators.Via(sources.Of(1), func() flow.Processor[int, int] { runtime.Goexit(); return nil }).Subscribe(t.Context(), probe)
	})
	all.Wait()
	probe.ExpectError(flow.ErrGoexit)
}

type badProcessor struct{ flow.Subscriber[int] }

func (badProcessor) Subscribe(context.Context, flow.Subscriber[int]) { panic(errStop) }

// TestViaEnds: cancel, the end of the context and errors go through.
func TestViaEnds(t *testing.T) {
	for name, newProcessor := range map[string]func() flow.Processor[int, int]{"own": newDistant, "island": newSquare} {
		up := flowtest.NewManual[int](t)
		flowtest.Expect(t, operators.Via(up, newProcessor)).NoSignal().Request(1).Then(func() { up.Next(1) }).Next(1).Cancel().NoSignal()
		require.Eventually(t, func() bool { return up.Cancelled() == 1 }, 5*time.Second, time.Millisecond)
		require.EqualValues(t, 1, up.Requested(), name)

		up = flowtest.NewManual[int](t)
		_ = flowtest.Expect(t, operators.Via(up, newProcessor)).Request(2).Then(func() { up.Next(1); up.Error(errStop) }).Next(1).Error(errStop)

		up = flowtest.NewManual[int](t)
		ctx, cancel := context.WithCancelCause(t.Context())
		p := flowtest.Subscribe(t, operators.Via(up, newProcessor), flowtest.WithContext(ctx))
		up.WaitSubscribed()
		cancel(errStop)
		p.ExpectError(errStop)
	}
}

// TestViaReleases what is on its way from a processor.
func TestViaReleases(t *testing.T) {
	stages := func(src tokens, use func(*token) *token) tokens {
		return operators.Via(operators.Map(src, use), func() flow.Processor[*token, *token] { return new(passing) })
	}
	for _, end := range tokenEnds {
		t.Run(end, func(t *testing.T) {
			t.Parallel()
			verifyTokens(t, tokenSources["Seq"], stages, end)
		})
	}
}

type passing struct{ flow.Subscriber[*token] }

func (p *passing) Subscribe(_ context.Context, s flow.Subscriber[*token]) { p.Subscriber = s }

func TestViaArguments(t *testing.T) {
	require.PanicsWithValue(t, "operators.Via: nil source", func() { operators.Via(nil, newSquare) })
	require.PanicsWithValue(t, "operators.Via: nil function", func() { operators.Via[int, int](sources.Of(1), nil) })
	require.Equal(t, flow.UnknownCapacity, flow.Describe(operators.Via(sources.Of(1), newSquare)).MaxElements)
}
