package operators_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/weirgo/weir/flow"
	"github.com/weirgo/weir/operators"
	"github.com/weirgo/weir/scheduler"
	"github.com/weirgo/weir/sources"
)

// TestRelaySumsClose: for each stage what came in is what went out and what was
// let go, however the stream ends.
func TestRelaySumsClose(t *testing.T) {
	ops := relays[*token]()
	ops["ConcatMap"] = func(src tokens) tokens {
		return operators.ConcatMap(src, func(v *token) tokens { v.consumed.Add(1); return sources.Of(&token{n: v.n}, &token{n: -1}) })
	}
	ops["Recover all"] = func(src tokens) tokens {
		return operators.Recover(src, func(error) (*token, error) { return &token{n: -1}, nil })
	}
	for name, op := range ops {
		for on, s := range schedulers {
			t.Run(name+" on "+on, func(t *testing.T) {
				t.Parallel()
				for _, end := range tokenEnds {
					for _, at := range positions {
						o := &stages{all: map[string]*flow.Stats{}}
						r := &tokenRun{at: at, end: end}
						r.ctx, r.cancel = context.WithCancelCause(scheduler.With(flow.WithObserver(t.Context(), o), s()))
						_ = r.sink(op(operators.Map(tokenSources["Seq"](&r.m), r.use)))
						r.cancel(nil)
						for _, kind := range []string{"map", "concat", "concatmap", "retry", "recover", "resume", "defer"} {
							if stats := o.all[kind]; stats != nil {
								n := stats.Snapshot()
								require.Zero(t, n.Buffered+n.Workers, "%s, %s at %d", kind, end, at)
								require.Equal(t, n.In, n.Out+n.Dropped()+n.Discarded(), "%s, %s at %d", kind, end, at)
							}
						}
					}
				}
			})
		}
	}
}
