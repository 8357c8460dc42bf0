package operators_test

import (
	"context"
	"fmt"
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

// tokensInTime are the operators that shift elements in time, choose or gather
// them by it, as tokens go through them.
var tokensInTime = map[string]func(tokens) tokens{
	"TakeFor":        func(p tokens) tokens { return operators.TakeFor(p, time.Hour) },
	"TakeFor, short": func(p tokens) tokens { return operators.TakeFor(p, 30*ms) },
	"Delay":          func(p tokens) tokens { return operators.Delay(p, 5, 7*ms) },
	"ThrottleFirst":  func(p tokens) tokens { return operators.ThrottleFirst(p, 4*ms) },
	"ThrottleLatest": func(p tokens) tokens { return operators.ThrottleLatest(p, 4*ms) },
	"ThrottleLatest, with the last": func(p tokens) tokens {
		return operators.ThrottleLatest(p, 4*ms, operators.WithLast())
	},
	"TimeoutTotal":        func(p tokens) tokens { return operators.TimeoutTotal(p, time.Hour) },
	"TimeoutTotal, early": func(p tokens) tokens { return operators.TimeoutTotal(p, 30*ms) },
	"TimeoutFirst":        func(p tokens) tokens { return operators.TimeoutFirst(p, time.Hour) },
	"SkipFor":             func(p tokens) tokens { return operators.SkipFor(p, 30*ms) },
	"DelaySubscription":   func(p tokens) tokens { return operators.DelaySubscription(p, 30*ms) },
}

// TestStagesInTimeReleaseOnce: every token is consumed or released once,
// however the stream ends, and the sum of each stage closes.
func TestStagesInTimeReleaseOnce(t *testing.T) {
	for name, op := range tokensInTime {
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

// sumsInTime are operators whose sums must close also at rest.
var sumsInTime = map[string]func(r *sumRun, src publisher) publisher{
	"TakeFor":        func(_ *sumRun, src publisher) publisher { return operators.TakeFor(src, 1000*time.Hour) },
	"Delay":          func(_ *sumRun, src publisher) publisher { return operators.Delay(src, 4, 3*time.Microsecond) },
	"ThrottleFirst":  func(_ *sumRun, src publisher) publisher { return operators.ThrottleFirst(src, 3*time.Microsecond) },
	"ThrottleLatest": func(_ *sumRun, src publisher) publisher { return operators.ThrottleLatest(src, 3*time.Microsecond) },
	"SkipFor":        func(_ *sumRun, src publisher) publisher { return operators.SkipFor(src, 10*time.Microsecond) },
	"DelaySubscription": func(_ *sumRun, src publisher) publisher {
		return operators.DelaySubscription(src, 10*time.Microsecond)
	},
	"Sliding, overlapping": func(r *sumRun, src publisher) publisher {
		return lengths(r, operators.Sliding(src, 7, 3))
	},
	"Sliding, adjoining": func(r *sumRun, src publisher) publisher { return lengths(r, operators.Sliding(src, 7, 7)) },
	"Sliding, apart":     func(r *sumRun, src publisher) publisher { return lengths(r, operators.Sliding(src, 3, 5)) },
	"BatchWhileBusy":     func(r *sumRun, src publisher) publisher { return lengths(r, operators.BatchWhileBusy(src, 7)) },
}

// TestTheSumOfStagesInTimeCloses whatever the way in which the stream ends.
func TestTheSumOfStagesInTimeCloses(t *testing.T) {
	for op, stage := range sumsInTime {
		t.Run(op, func(t *testing.T) {
			t.Parallel()
			for _, end := range sumEnds {
				for on, s := range schedulers {
					for _, at := range []int{0, 5, 255} {
						r := &sumRun{at: at, end: end, made: map[string]int64{}}
						var l ledger
						r.ctx, r.cancel = context.WithCancelCause(scheduler.With(flow.WithObserver(t.Context(), &l), s()))
						r.run(stage, sumSinks["ForEach"])
						l.require(t, r.made, fmt.Sprintf("%s at %d on %s", end, at, on))
					}
				}
			}
		})
	}
}

// TestTheSumOfStagesInTimeClosesAtRest: also while elements are held, between
// the signals.
func TestTheSumOfStagesInTimeClosesAtRest(t *testing.T) {
	sumsAtRest(t, sumsInTime)
	sumsAtRest(t, map[string]func(r *sumRun, src publisher) publisher{
		"Delay by much":       func(_ *sumRun, src publisher) publisher { return operators.Delay(src, 4, 2500*ms) },
		"ThrottleFirst, long": func(_ *sumRun, src publisher) publisher { return operators.ThrottleFirst(src, 2500*ms) },
	})
}

func TestTimersOfStagesInTimeAreStopped(t *testing.T) {
	timersAreStopped(t, map[string]func(publisher) publisher{
		"TakeFor":           func(p publisher) publisher { return operators.TakeFor(p, time.Hour) },
		"Delay":             func(p publisher) publisher { return operators.Delay(p, 1, time.Hour) },
		"ThrottleLatest":    func(p publisher) publisher { return operators.ThrottleLatest(p, time.Hour) },
		"DelaySubscription": func(p publisher) publisher { return operators.DelaySubscription(p, time.Hour) },
		"TimeoutTotal":      func(p publisher) publisher { return operators.TimeoutTotal(p, time.Hour) },
		"TimeoutFirst":      func(p publisher) publisher { return operators.TimeoutFirst(p, time.Hour) },
	}, map[string]bool{"Delay completion": true, "DelaySubscription completion": true, "DelaySubscription error": true})
}

func TestWrongArgumentsOfStagesInTime(t *testing.T) {
	src := sources.Of(1)
	for text, f := range map[string]func(){
		"operators.TakeFor: nil source":                       func() { operators.TakeFor[int](nil, 1) },
		"operators.TakeFor: negative time -1ns":               func() { operators.TakeFor(src, -1) },
		"operators.Delay: nil source":                         func() { operators.Delay[int](nil, 1, 1) },
		"operators.Delay: capacity 0, must be at least 1":     func() { operators.Delay(src, 0, 1) },
		"operators.Delay: negative time -1ns":                 func() { operators.Delay(src, 1, -1) },
		"operators.ThrottleFirst: nil source":                 func() { operators.ThrottleFirst[int](nil, 1) },
		"operators.ThrottleFirst: time 0s, must be positive":  func() { operators.ThrottleFirst(src, 0) },
		"operators.ThrottleLatest: nil source":                func() { operators.ThrottleLatest[int](nil, 1) },
		"operators.ThrottleLatest: time 0s, must be positive": func() { operators.ThrottleLatest(src, 0) },
		"operators.SkipFor: nil source":                       func() { operators.SkipFor[int](nil, 1) },
		"operators.SkipFor: negative time -1ns":               func() { operators.SkipFor(src, -1) },
		"operators.DelaySubscription: nil source":             func() { operators.DelaySubscription[int](nil, 1) },
		"operators.DelaySubscription: negative time -1ns":     func() { operators.DelaySubscription(src, -1) },
	} {
		require.PanicsWithValue(t, text, f)
	}
}

// TestStagesInTimeWhoseContextHasEnded fail with its cause, and emit nothing.
func TestStagesInTimeWhoseContextHasEnded(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errStop)
	for name, op := range sumsInTime {
		got, err := sinks.Slice(ctx, op(&sumRun{at: -1}, sources.Of(1, 2, 3)))
		require.ErrorIs(t, err, errStop, name)
		require.Empty(t, got, name)
	}
	flowtest.CheckLeaks(t)
}
