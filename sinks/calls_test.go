package sinks_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/sinks"
	"github.com/weirgo/weir/sources"
)

var errSave = errors.New("save")

type letter struct {
	n      int
	reason flow.Reason
}

func (l *letter) Release(r flow.Reason) { l.reason = r }

// TestForEachSkips: an element that is left out is released and does not count
// as dealt with; one that was dealt with elsewhere is not released.
func TestForEachSkips(t *testing.T) {
	for name, opts := range map[string][]sinks.Option{"one": nil, "workers": {sinks.WithWorkers(4)}} {
		var all []*letter
		src := operators.Map(sources.Range(0, 300), func(n int64) *letter {
			l := &letter{n: int(n)}
			all = append(all, l)
			return l
		})
		var saved, dead atomic.Int32
		f := sinks.DeadLetter(sinks.RetryCall(func(_ context.Context, l *letter) error {
			if l.n%3 == 0 {
				return errSave
			}
			saved.Add(1)
			return nil
		}, 2), func(_ context.Context, l *letter, err error) error {
			if err.Error() != "attempt 3 failed: save" {
				return err
			}
			if l.n%2 == 0 {
				return flow.ErrSkip
			}
			dead.Add(1)
			return nil
		})
		require.NoError(t, sinks.ForEach(t.Context(), src, f, opts...), name)
		require.EqualValues(t, 200, saved.Load(), name)
		require.EqualValues(t, 50, dead.Load(), name)
		for _, l := range all {
			want := flow.Reason(0)
			if l.n%6 == 0 {
				want = flow.Skipped
			}
			require.Equal(t, want, l.reason, "%s, %d", name, l.n)
		}
	}
}

// TestForEachSkipsThenFails: the sum closes.
func TestForEachSkipsThenFails(t *testing.T) {
	for name, opts := range map[string][]sinks.Option{"one": nil, "workers": {sinks.WithWorkers(1)}} {
		books := &counts{}
		err := sinks.ForEach(flow.WithObserver(t.Context(), books), sources.Range(0, 300), func(_ context.Context, v int64) error {
			switch {
			case v == 200:
				return errSave
			case v%2 == 0:
				return flow.ErrSkip
			}
			return nil
		}, opts...)
		require.ErrorIs(t, err, errSave, name)
		s := books.sink.Snapshot()
		require.EqualValues(t, 100, s.Lost[flow.Skipped], name)
		require.Equal(t, s.In, s.Out+s.Discarded()+s.Buffered, "%s: %+v", name, s)
	}
}

// counts keeps the counters of the sink.
type counts struct{ sink *flow.Stats }

func (c *counts) OnStage(i flow.StageInfo, s *flow.Stats) {
	if i.Kind == "foreach" {
		c.sink = s
	}
}
func (*counts) OnUndeliverable(string, error) {}

func TestCallsWrongArguments(t *testing.T) {
	f := func(context.Context, int) error { return nil }
	for text, g := range map[string]func(){
		"sinks.RetryCall: nil function":                      func() { sinks.RetryCall[int](nil, 1) },
		"sinks.RetryCall: negative count -1":                 func() { sinks.RetryCall(f, -1) },
		"sinks.DeadLetter: nil function":                     func() { sinks.DeadLetter[int](nil, nil) },
		"sinks.DeadLetter: nil function for what has failed": func() { sinks.DeadLetter(f, nil) },
	} {
		require.PanicsWithValue(t, text, g)
	}
}
