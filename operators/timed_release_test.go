package operators_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// timedTokens are the timed stages as tokens go through them.
var timedTokens = map[string]func(tokens) tokens{
	"Throttle": func(p tokens) tokens { return operators.Throttle(p, 7, 3*ms, operators.WithBurst(3)) },
	"Debounce": func(p tokens) tokens { return operators.Debounce(p, ms, operators.WithMaxWait(5*ms)) },
	"Sample":   func(p tokens) tokens { return operators.Sample(p, 2*ms) },
	"Sample, with the last": func(p tokens) tokens {
		return operators.Sample(p, 2*ms, operators.WithLast())
	},
	"Timeout":        func(p tokens) tokens { return operators.Timeout(p, time.Hour) },
	"Timeout, early": func(p tokens) tokens { return operators.Timeout(p, 4*ms) },
}

// slowTokens emits tokens at irregular distances, on a goroutine of its own or
// on the island, and fails at the end if that is asked for.
func slowTokens(r *tokenRun, own bool) tokens {
	all := func(emit func(*token) bool) error {
		for n := range 60 {
			time.Sleep(time.Duration(n*n%7) * ms)
			if tok := r.m.token(n); !emit(tok) {
				if own { // it was not taken
					tok.Release(flow.Cancelled)
				}
				return nil
			}
		}
		if r.end == "error above" {
			return errStop
		}
		return nil
	}
	if own {
		return sources.Func(func(_ context.Context, emit func(*token) bool) error { return all(emit) })
	}
	return sources.Seq(func(yield func(*token) bool) {
		if err := all(yield); err != nil {
			panic(err)
		}
	})
}

// TestTimedStagesReleaseOnce: every token is consumed or released once, however
// the stream ends, and the sum of each stage closes.
func TestTimedStagesReleaseOnce(t *testing.T) {
	for name, op := range timedTokens {
		for _, end := range append([]string{"error above"}, tokenEnds...) {
			for _, own := range []bool{true, false} {
				t.Run(fmt.Sprint(name, " ", end, " own goroutine ", own), func(t *testing.T) {
					inVirtualTime(t, func(t *testing.T, ctx context.Context) {
						for _, at := range []int{0, 7, 59} {
							timedTokenRun(t, ctx, op, end, own, at)
						}
					})
				})
			}
		}
	}
}

func timedTokenRun(t *testing.T, ctx context.Context, op func(tokens) tokens, end string, own bool, at int) {
	t.Helper()
	for kind, s := range countedTokens(t, ctx, op, end, own, at) {
		if kind == "func" || kind == "seq" || kind == "map" || kind == "foreach" {
			continue
		}
		n := s.Snapshot()
		require.Equal(t, n.In, n.Out+n.Lost[flow.Filtered]+n.Dropped()+n.Discarded()+n.Buffered, "%s: %+v", kind, n)
		require.Zero(t, n.Buffered)
	}
}

// countedTokens lets tokens pass op, requires that each is consumed or released
// once, and returns what the stages have counted.
func countedTokens(t *testing.T, ctx context.Context, op func(tokens) tokens, end string, own bool, at int) map[string]*flow.Stats {
	t.Helper()
	seen := &stages{all: map[string]*flow.Stats{}}
	r := &tokenRun{at: at, end: end}
	r.ctx, r.cancel = context.WithCancelCause(flow.WithObserver(ctx, seen))
	defer r.cancel(nil)
	src := slowTokens(r, own)
	if end == "panic above" || end == "context above" {
		src = operators.Map(src, r.use)
	}
	err := r.sink(op(src))
	if err != nil && !errors.Is(err, flow.ErrTimeout) {
		require.ErrorIs(t, err, errStop)
	}
	r.m.require(t, fmt.Sprintf("end at %d", at))
	return seen.all
}

// TestReasonsOfTimedStages: an element learns why it was let go.
func TestReasonsOfTimedStages(t *testing.T) {
	for name, test := range map[string]struct {
		op   func(tokens) tokens
		end  string
		want []flow.Reason // of the tokens 0, 1, 2; 0 for consumed
	}{
		"debounce":           {func(p tokens) tokens { return operators.Debounce(p, time.Second) }, "", []flow.Reason{flow.Replaced, flow.Replaced, 0}},
		"debounce, error":    {func(p tokens) tokens { return operators.Debounce(p, time.Second) }, "!", []flow.Reason{flow.Replaced, flow.Replaced, flow.Failed}},
		"debounce, context":  {func(p tokens) tokens { return operators.Debounce(p, time.Second) }, "ctx", []flow.Reason{flow.Replaced, flow.Replaced, flow.Failed}},
		"sample":             {func(p tokens) tokens { return operators.Sample(p, time.Second) }, "", []flow.Reason{flow.Replaced, flow.Replaced, flow.Replaced}},
		"sample, error":      {func(p tokens) tokens { return operators.Sample(p, time.Second) }, "!", []flow.Reason{flow.Replaced, flow.Replaced, flow.Failed}},
		"sample, context":    {func(p tokens) tokens { return operators.Sample(p, time.Second) }, "ctx", []flow.Reason{flow.Replaced, flow.Replaced, flow.Failed}},
		"timeout, busy":      {func(p tokens) tokens { return operators.Timeout(p, time.Nanosecond) }, "", []flow.Reason{flow.Failed}},
		"sample, with last":  {func(p tokens) tokens { return operators.Sample(p, time.Second, operators.WithLast()) }, "", []flow.Reason{flow.Replaced, flow.Replaced, 0}},
		"throttle, no limit": {func(p tokens) tokens { return operators.Throttle(p, 1, 1) }, "", []flow.Reason{0, 0, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var m mint
				ctx, cancel := context.WithCancelCause(t.Context())
				src := sources.Seq(func(yield func(*token) bool) {
					for n := range 3 {
						if time.Sleep(ms); !yield(m.token(n)) {
							return
						}
					}
					switch test.end {
					case "!":
						panic(errStop)
					case "ctx":
						cancel(errStop)
						time.Sleep(ms)
					}
				})
				err := sinks.ForEach(ctx, test.op(src), func(_ context.Context, tok *token) error { tok.consumed.Add(1); return nil })
				require.Equal(t, test.end != "" || test.want[0] == flow.Failed, err != nil, "%v", err)
				m.require(t, name)
				for i, want := range test.want {
					if got := flow.Reason(m.all[i].reason.Load()); want != got {
						t.Errorf("token %d: %v, want %v", i, got, want)
					}
				}
			})
		})
	}
}

// TestTimersAreStopped: a timer that goes on would keep the subscriber alive
// for an hour.
func TestTimersAreStopped(t *testing.T) {
	timersAreStopped(t, map[string]func(publisher) publisher{
		"Throttle": func(p publisher) publisher { return operators.Throttle(p, 1, time.Hour) },
		"Debounce": func(p publisher) publisher { return operators.Debounce(p, time.Hour) },
		"Sample":   func(p publisher) publisher { return operators.Sample(p, time.Hour) },
		"Timeout":  func(p publisher) publisher { return operators.Timeout(p, time.Hour) },
	}, nil)
}

// timersAreStopped leaves out what would have to wait for its timer.
func timersAreStopped(t *testing.T, ops map[string]func(publisher) publisher, waits map[string]bool) {
	t.Helper()
	two := sources.Of(1, 2)
	open := operators.Merge(1, two, sources.Never[int]())
	failing := operators.Merge(4, two, sources.Error[int](errStop))
	for name, op := range ops {
		for how, leave := range map[string]func(sub flow.Subscription, cancel context.CancelFunc){
			"cancel":     func(sub flow.Subscription, _ context.CancelFunc) { sub.Cancel() },
			"context":    func(_ flow.Subscription, cancel context.CancelFunc) { cancel() },
			"bad demand": func(sub flow.Subscription, _ context.CancelFunc) { sub.Request(0) },
			"completion": nil, "error": nil,
		} {
			if waits[name+" "+how] {
				continue
			}
			t.Run(name+" "+how, func(t *testing.T) {
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				g, _ := scheduler.NewGraph(ctx, "g", scheduler.On(scheduler.Inline()))
				src := map[string]publisher{"completion": operators.Take(open, 1), "error": failing}[how]
				if src == nil {
					src = open
				}
				r := new(reader)
				gone := weak.Make(r)
				scheduler.Subscribe(g, op(src), r)
				r.sub.Request(5)
				if leave != nil {
					leave(r.sub, cancel)
				}
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

func TestWrongArgumentsOfTimedStages(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.Throttle: nil source":                      func() { operators.Throttle[int](nil, 1, 1) },
		"operators.Throttle: 0 elements, must be at least 1":  func() { operators.Throttle(src, 0, 1) },
		"operators.Throttle: period 0s, must be positive":     func() { operators.Throttle(src, 1, 0) },
		"operators.WithBurst: 0 elements, must be at least 1": func() { operators.WithBurst(0) },
		"operators.Debounce: nil source":                      func() { operators.Debounce[int](nil, 1) },
		"operators.Debounce: quiet time 0s, must be positive": func() { operators.Debounce(src, 0) },
		"operators.WithMaxWait: -1s, must be positive":        func() { operators.WithMaxWait(-time.Second) },
		"operators.Sample: nil source":                        func() { operators.Sample[int](nil, 1) },
		"operators.Sample: period -1ns, must be positive":     func() { operators.Sample(src, -1) },
		"operators.Timeout: nil source":                       func() { operators.Timeout[int](nil, 1) },
		"operators.Timeout: gap 0s, must be positive":         func() { operators.Timeout(src, 0) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}
