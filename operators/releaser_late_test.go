package operators_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

// TestMergeReleasesWhatComesLate: what a source emits after Merge has ended, or
// has cancelled it because of another one's error, is released.
func TestMergeReleasesWhatComesLate(t *testing.T) {
	for on, s := range schedulers {
		for _, end := range tokenEnds {
			for _, at := range positions {
				r := &tokenRun{at: at, end: end}
				r.ctx, r.cancel = context.WithCancelCause(scheduler.With(t.Context(), s()))
				a := operators.Map(tokenSources["Seq"](&r.m), r.use)
				b := operators.Async(operators.Map(tokenSources["Seq"](&r.m), r.use), 64)
				_ = r.sink(operators.Merge(32, a, b))
				r.cancel(nil)
				r.m.require(t, fmt.Sprintf("%s on %s, end at %d", end, on, at))
			}
		}
	}
}

// late is a publisher that emits once more after it was cancelled, as it may
// (rule 2.8).
type late struct{ m *mint }

func (l *late) Subscribe(_ context.Context, s flow.Subscriber[*token]) { s.OnSubscribe(&lateSub{l, s}) }

type lateSub struct {
	*late
	to flow.Subscriber[*token]
}

func (s *lateSub) Request(int64) {}
func (s *lateSub) Cancel()       { s.to.OnNext(s.m.token(0)) }

// TestLateElementsAreReleased, whatever operator the publisher is under.
func TestLateElementsAreReleased(t *testing.T) {
	for name, op := range map[string]func(tokens) tokens{
		"Map":       func(p tokens) tokens { return operators.Map(p, func(t *token) *token { return t }) },
		"Async":     func(p tokens) tokens { return operators.Async(p, 4) },
		"Buffer":    func(p tokens) tokens { return operators.Buffer(p, 4, flow.DropOldest) },
		"Merge":     func(p tokens) tokens { return operators.Merge(4, p) },
		"Merge two": func(p tokens) tokens { return operators.Merge(4, p, sources.Error[*token](errStop)) },
	} {
		t.Run(name, func(t *testing.T) {
			var m mint
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(errStop)
			_ = sinks.Discard(ctx, op(&late{m: &m}))
			m.require(t, name)
		})
	}
}
