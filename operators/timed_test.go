package operators_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
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
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { flowtest.Simulate(t, seed, f) })
	}
}

// script is a source that emits the integers in a text such as "1@10 2@30.5 |@40"
// at the milliseconds behind them, and completes or fails (!) at the last. It
// has a goroutine of its own, so that the island is free meanwhile.
func script(text string) publisher {
	return sources.Func(func(ctx context.Context, emit func(int) bool) error {
		return perform(ctx, text, emit)
	}, sources.WithName("script"))
}

// busyScript is script on the island of what reads it, which it holds up while
// it waits.
func busyScript(text string) publisher {
	return sources.Seq(func(yield func(int) bool) {
		if err := perform(context.Background(), text, yield); err != nil {
			panic(err)
		}
	}, sources.WithName("script"))
}

func perform(ctx context.Context, text string, emit func(int) bool) error {
	start := time.Now()
	for step := range strings.FieldsSeq(text) {
		what, at := parse(step)
		wait := time.NewTimer(time.Until(start.Add(at)))
		select {
		case <-wait.C:
		case <-ctx.Done():
			wait.Stop()
			return ctx.Err()
		}
		switch what {
		case "|":
			return nil
		case "!":
			return errStop
		}
		var v int
		if _, err := fmt.Sscan(what, &v); err != nil {
			panic(err)
		}
		if !emit(v) {
			return nil
		}
	}
	<-ctx.Done()
	return ctx.Err()
}

// parse splits what@milliseconds.
func parse(step string) (what string, at time.Duration) {
	what, when, _ := strings.Cut(step, "@")
	at, err := time.ParseDuration(when + "ms")
	if err != nil {
		panic(err)
	}
	return what, at
}

// reading subscribes to pub, makes the requests in a text such as "3@0 all@12
// x@40", where x is Cancel and ctx the end of the context, and returns what
// came in the form of a script.
func reading(t *testing.T, ctx context.Context, pub publisher, requests string) string {
	t.Helper()
	ctx, cancel := context.WithCancelCause(ctx)
	g, _ := scheduler.NewGraph(ctx, "g")
	r := &reader{start: time.Now()}
	scheduler.Subscribe(g, pub, r)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for step := range strings.FieldsSeq(requests) {
			what, at := parse(step)
			time.Sleep(time.Until(r.start.Add(at)))
			switch what {
			case "x":
				r.sub.Cancel()
			case "ctx":
				cancel(errStop)
			case "all":
				r.sub.Request(flow.Unbounded)
			default:
				var n int64
				if _, err := fmt.Sscan(what, &n); err != nil {
					panic(err)
				}
				r.sub.Request(n)
			}
		}
	}()
	require.NoError(t, g.Wait())
	<-done
	cancel(nil)
	return strings.Join(r.seen, " ")
}

type reader struct {
	start time.Time
	sub   flow.Subscription
	seen  []string
}

func (r *reader) note(what any) {
	at := float64(time.Since(r.start)) / float64(ms)
	r.seen = append(r.seen, fmt.Sprintf("%v@%v", what, at))
}

func (r *reader) OnSubscribe(sub flow.Subscription) { r.sub = sub }
func (r *reader) OnNext(v int)                      { r.note(v) }
func (r *reader) OnComplete()                       { r.note("|") }
func (r *reader) OnError(err error) {
	switch {
	case errors.Is(err, errStop):
		r.note("!")
	case errors.Is(err, flow.ErrTimeout):
		r.note("timeout")
	default:
		r.note(err)
	}
}

// timedCase is a stage in virtual time: what comes in, what the reader asks
// for, and what it gets.
type timedCase struct {
	name, in, ask, want string
	op                  func(publisher) publisher
}

func runTimed(t *testing.T, tests []timedCase) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, ctx context.Context) {
				require.Equal(t, test.want, reading(t, ctx, test.op(script(test.in)), test.ask))
			})
		})
	}
}

// TestTimedStagesOnABusyIsland: the source holds the island up while it waits,
// so that the alarm is heard late. What would have come before, does.
func TestTimedStagesOnABusyIsland(t *testing.T) {
	for _, test := range []timedCase{
		{"sample", "1@5 2@15 3@47 |@50", "", "1@15 2@47 3@50 |@50", func(p publisher) publisher {
			return operators.Sample(p, 10*ms)
		}},
		{"debounce", "1@5 2@14 3@47 |@60", "", "2@47 3@60 |@60", func(p publisher) publisher {
			return operators.Debounce(p, 10*ms)
		}},
		{"timeout", "1@5 2@15 3@47 |@50", "", "1@5 2@15 timeout@47", func(p publisher) publisher {
			return operators.Timeout(p, 10*ms)
		}},
		{"timeout before completion", "1@5 |@50", "", "1@5 timeout@50", func(p publisher) publisher {
			return operators.Timeout(p, 10*ms)
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, ctx context.Context) {
				r := &reader{start: time.Now()}
				err := sinks.ForEach(ctx, test.op(busyScript(test.in)), func(_ context.Context, v int) error {
					r.note(v)
					return nil
				})
				if err != nil {
					r.OnError(err)
				} else {
					r.OnComplete()
				}
				require.Equal(t, test.want, strings.Join(r.seen, " "))
			})
		})
	}
}
